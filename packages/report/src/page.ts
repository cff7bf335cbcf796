import { heading, type Level } from "./heading.ts";
import { html, type Html, trusted } from "./html.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
  /** One level below. */
  readonly sections?: readonly Section[];
}

/**
 * A self-contained page with a table of contents.
 * @param command for the last line: `report`
 */
export function page(title: string, sections: readonly Section[], command: string = "report"): string {
  return `${
    html`${trusted("<!doctype html>")}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="generator" content="benn ${command}" />
          <title>${title}</title>
          <style>
            ${trusted(PAGE_STYLE)}
          </style>
        </head>
        <body>
          <header>
            <h1>${title}</h1>
            <nav aria-label="Contents">${contents(sections)}</nav>
          </header>
          <main>${sections.map((section) => sectionOf(section))}</main>
          <footer><p>Written by benn ${command}. Everything is in this file: charts, numbers and images.</p></footer>
          <script>
            ${trusted(PAGE_SCRIPT)};
          </script>
        </body>
      </html>`.html
  }\n`;
}

function contents(sections: readonly Section[]): Html {
  return html`<ul>
    ${sections.map(({ id, title, sections: inner }) => html`<li><a href="#${id}">${title}</a>${inner && contents(inner)}</li>`)}
  </ul>`;
}

/** @param above ids of the parent headings, which distinguish the section from the same one of another run */
function sectionOf({ id, title, body, sections = [] }: Section, level: Level = 2, above: readonly string[] = []): Html {
  const names = [...above, `${id}-title`];
  return html`<section id="${id}" aria-labelledby="${names.join(" ")}">
    ${heading(level, title, `${id}-title`)} ${body} ${sections.map((inner) => sectionOf(inner, 3, names))}
  </section> `;
}
