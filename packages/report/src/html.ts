/** Markup that needs no escaping. */
export interface Html {
  readonly html: string;
}

export type Value = Html | string | number | undefined | false | readonly Value[];

/** A template whose values are escaped: text from files and names is text in the page, never markup. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { html: strings.map((text, i) => text + (i < values.length ? textOf(values[i]) : "")).join("") };
}

/** Trusted markup: a chart, a style sheet. */
export function trusted(markup: string): Html {
  return { html: markup };
}

function textOf(value: Value): string {
  if (value === undefined || value === false) return "";
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return String(value);
  if ("html" in value) return value.html;
  return value.map(textOf).join("");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text for an element or a quoted attribute. Control characters and those that change the direction of writing become �. */
export function escapeHtml(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- they are what is looked for
      .replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFEFF]/g, "�")
      .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "")
  );
}
