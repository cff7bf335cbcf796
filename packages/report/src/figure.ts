import { html, type Html, type Value } from "./html.ts";

/** Data of a chart: a header row, then rows. */
export type Numbers = readonly (readonly (string | number | undefined)[])[];

/** A chart with a caption, and its data as CSV to copy. */
export function figure(drawing: Html, caption: Value, { title, numbers }: { readonly title: string; readonly numbers: Numbers }): Html {
  return html`<figure>
    ${drawing}
    <figcaption>${caption}</figcaption>
    ${numbersOf(title, numbers)}
  </figure>`;
}

/** The data, collapsed. */
export function numbersOf(title: string, numbers: Numbers): Html {
  return html`<details class="numbers">
    <summary>Numbers as CSV<span class="quiet">: ${title}</span></summary>
    <pre tabindex="0" role="group" aria-label="${title} as CSV">${csv(numbers)}</pre>
  </details>`;
}

/** CSV by RFC 4180, except for \n between the lines. Floats have six digits. */
export function csv(numbers: Numbers): string {
  return numbers.map((row) => row.map(cell).join(",")).join("\n");
}

function cell(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : "";
  return /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
