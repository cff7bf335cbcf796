import { element } from "./element.ts";

const STAYS_MILLISECONDS = 8000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows a message at the top of the page. Messages about events disappear; lasting ones stay until the next. */
export function say(sentence: string, { lasts = false }: { readonly lasts?: boolean } = {}): void {
  clearTimeout(timer);
  element("message", HTMLParagraphElement).textContent = sentence;
  if (!lasts && sentence !== "") timer = setTimeout(() => say(""), STAYS_MILLISECONDS);
}
