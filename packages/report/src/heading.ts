import { html, type Html, trusted } from "./html.ts";

/** Of a page whose title is 1. */
export type Level = 2 | 3 | 4;

/** A heading in a section: the level depends on whether the page is about one run or several. */
export function heading(level: Level, text: string, id?: string): Html {
  return html`${trusted(`<h${level}`)}${id !== undefined && html` id="${id}"`}>${text}${trusted(`</h${level}>`)}`;
}
