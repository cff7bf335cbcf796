import { element } from "./element.ts";
import { say } from "./message.ts";
import type { ModelFacts } from "./protocol.ts";

/** Shows code that does the same in another page. */
export function showEmbed({ labels }: ModelFacts, model: string | null): void {
  const code = [
    '<script type="module">',
    '  import { load } from "@benn/packed"; // npm install @benn/packed',
    `  const model = await load(${JSON.stringify(model ?? "model.benn")});`,
    "  const { label, votes } = model.predict(imageData); // ImageData of any size",
    `  console.log(label, votes.length); // for example "${labels[0] ?? ""}"`,
    "</script>",
  ].join("\n");
  element("embed", HTMLElement).textContent = code;
}

/** Lets the visitor copy what `showEmbed` shows. */
export function offerCopy(): void {
  element("copy", HTMLButtonElement).addEventListener("click", () => {
    navigator.clipboard.writeText(element("embed", HTMLElement).textContent ?? "").then(
      () => say("Copied."),
      () => say("This page may not copy. Select the code instead."),
    );
  });
}
