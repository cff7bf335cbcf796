import { answer } from "./answer.ts";
import { bits } from "./bits.ts";
import { boosting } from "./boosting.ts";
import { classes } from "./classes.ts";
import { diversitySection } from "./diversity-section.ts";
import { heading, type Level } from "./heading.ts";
import { html, type Html, trusted } from "./html.ts";
import { members } from "./members.ts";
import { countOf } from "./numbers.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { ReportedRun } from "./reported-run.ts";
import { runSection } from "./run-section.ts";
import { severalRuns } from "./several-runs.ts";
import { staged } from "./staged.ts";
import { suspicions } from "./suspicions.ts";
import { trust } from "./trust.ts";

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
  /** One level below. */
  readonly sections?: readonly Section[];
}

/**
 * Runs as one HTML page that needs nothing beside it: no network, no font, charts drawn already. Everything that comes from files is escaped.
 * @param runs one or more, judged on the same split
 * @returns the same bytes for the same runs
 * @throws RangeError without a run
 */
export function renderReport(runs: readonly ReportedRun[]): string {
  const [run] = runs;
  if (!run) throw new RangeError("no run to report");
  if (runs.length === 1) return page(`Report of ${run.name}`, sectionsOf(run, { prefix: "", level: 3 }));
  return page(`Report of ${runs.map(({ name }) => name).join(", ")}`, [
    { id: "runs", title: "The runs", body: severalRuns(runs) },
    ...runs.map((own, i) => ({
      id: `run-${i + 1}`,
      title: own.name,
      body: html``,
      sections: sectionsOf(own, { prefix: `run-${i + 1}-`, level: 4 }),
    })),
  ]);
}

/**
 * In the order of reading: the answer first, then what to doubt in it, then what it rests on.
 * @param level of headings within a section
 */
function sectionsOf(run: ReportedRun, { prefix, level }: { readonly prefix: string; readonly level: Level }): Section[] {
  const sections: Section[] = [
    { id: "answer", title: "The answer", body: answer(run) },
    { id: "suspicious", title: "What is suspicious", body: doubts(run) },
    { id: "staged", title: "How the vote grows", body: staged(run) },
    { id: "members", title: "Members", body: members(run) },
    { id: "diversity", title: "Diversity", body: diversitySection(run) },
    { id: "classes", title: "Classes", body: classes(run, level) },
    { id: "trust", title: "Trust", body: trust(run, level) },
    ...(run.sampleWeights.length > 0 ? [{ id: "boosting", title: "Boosting", body: boosting(run, level) }] : []),
    { id: "bits", title: "Bits", body: bits(run) },
    { id: "made", title: "The run", body: runSection(run) },
  ];
  return sections.map((section) => ({ ...section, id: `${prefix}${section.id}` }));
}

function doubts(run: ReportedRun): Html {
  const found = suspicions(run);
  const { warnings } = run;
  return html`${
    found.length === 0
      ? html`<p>Nothing that this report looks for.</p>`
      : html`<ul class="suspicious">
          ${found.map((doubt) => html`<li>${doubt}</li>`)}
        </ul>`
  }${
    warnings.length > 0 &&
    html`<details>
      <summary>${countOf(warnings.length, "warning")} of the training</summary>
      <ul class="suspicious">
        ${warnings.map((warning) => html`<li>${warning}</li>`)}
      </ul>
    </details>`
  }`;
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
            <nav aria-label="Contents">${contents(sections)}</nav>
          </header>
          <main>${sections.map((section) => sectionOf(section))}</main>
          <footer><p>Written by benn report. Everything is in this file: charts, numbers and images.</p></footer>
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

/** @param above ids of the headings that the section stands under, by which it is told from its like in another run */
function sectionOf({ id, title, body, sections = [] }: Section, level: Level = 2, above: readonly string[] = []): Html {
  const names = [...above, `${id}-title`];
  return html`<section id="${id}" aria-labelledby="${names.join(" ")}">
    ${heading(level, title, `${id}-title`)} ${body} ${sections.map((inner) => sectionOf(inner, 3, names))}
  </section> `;
}
