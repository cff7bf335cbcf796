import { answer } from "./answer.ts";
import { classes } from "./classes.ts";
import { html, type Html, trusted } from "./html.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { ReportedRun } from "./reported-run.ts";
import { runSection } from "./run-section.ts";
import { staged } from "./staged.ts";
import { suspicions } from "./suspicions.ts";

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/**
 * A run as one HTML page that needs nothing beside it: no network, no font, charts drawn already. Everything that comes from files is escaped.
 * @returns the same bytes for the same runs
 */
export function renderReport(runs: readonly ReportedRun[]): string {
  const [run] = runs;
  if (!run) throw new RangeError("no run to report");
  return page(`Report of ${run.name}`, sectionsOf(run));
}

function sectionsOf(run: ReportedRun): Section[] {
  const doubts = suspicions(run);
  return [
    { id: "answer", title: "The answer", body: answer(run) },
    {
      id: "suspicious",
      title: "What is suspicious",
      body:
        doubts.length === 0
          ? html`<p>Nothing that this report looks for.</p>`
          : html`<ul class="suspicious">
              ${doubts.map((doubt) => html`<li>${doubt}</li>`)}
            </ul>`,
    },
    { id: "staged", title: "How the vote grows", body: staged(run) },
    { id: "classes", title: "Classes", body: classes(run) },
    { id: "run", title: "The run", body: runSection(run) },
  ];
}

function page(title: string, sections: readonly Section[]): string {
  return `${
    html`${trusted("<!doctype html>")}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="generator" content="benn report" />
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
          <footer><p>Written by benn report. Everything is in this file: charts, numbers and images.</p></footer>
          <script>
            ${trusted(PAGE_SCRIPT)};
          </script>
        </body>
      </html>`.html
  }\n`;
}
