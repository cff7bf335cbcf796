import { answer } from "./answer.ts";
import { bits } from "./bits.ts";
import { boosting } from "./boosting.ts";
import { classes } from "./classes.ts";
import { diversitySection } from "./diversity-section.ts";
import type { Level } from "./heading.ts";
import { html, type Html } from "./html.ts";
import { members } from "./members.ts";
import { countOf } from "./numbers.ts";
import { page, type Section } from "./page.ts";
import type { ReportedRun } from "./reported-run.ts";
import { runSection } from "./run-section.ts";
import { severalRuns } from "./several-runs.ts";
import { stabilitySection } from "./stability-section.ts";
import { staged } from "./staged.ts";
import { suspicions } from "./suspicions.ts";
import { trust } from "./trust.ts";

/**
 * Runs as a self-contained HTML page: no network, no fonts, charts already drawn. Everything from files is escaped.
 * @param runs one or more, evaluated on the same split
 * @returns the same bytes for the same runs
 * @throws RangeError if there are no runs
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
 * In reading order: the answer first, then doubts, then the evidence.
 * @param level of headings in a section
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
    ...(run.stability ? [{ id: "stability", title: "Stability", body: stabilitySection(run.stability, level) }] : []),
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
