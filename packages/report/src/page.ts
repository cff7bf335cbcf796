import { html, type Html, trusted } from "./html.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/**
 * A page that needs nothing beside it, with a table of contents.
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
            <nav aria-label="Contents">
              <ul>
                ${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}
              </ul>
            </nav>
          </header>
          <main>
            ${sections.map(
              ({ id, title: name, body }) =>
                html`<section id="${id}" aria-labelledby="${id}-title">
                  <h2 id="${id}-title">${name}</h2>
                  ${body}
                </section> `,
            )}
          </main>
          <footer><p>Written by benn ${command}. Everything is in this file: charts, numbers and images.</p></footer>
          <script>
            ${trusted(PAGE_SCRIPT)};
          </script>
        </body>
      </html>`.html
  }\n`;
}
