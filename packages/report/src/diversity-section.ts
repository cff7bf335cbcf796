import * as Plot from "@observablehq/plot";
import { SPLIT_WORDS } from "@benn/analysis";
import { CHART_WIDTH, chart } from "./chart.ts";
import { figure } from "./figure.ts";
import { html, type Html } from "./html.ts";
import { percent, short } from "./numbers.ts";
import type { ReportedRun } from "./reported-run.ts";

/** With more members the numbers do not fit their cells; with numbers, cells are pale enough for text to be legible on them. */
const NUMBERED = 9;

/** The diversity of the members' predictions, pair by pair. */
export function diversitySection({ evaluation: { vote, members } }: ReportedRun): Html {
  const { pairs, disagreement, doubleFault, kappa } = vote.diversity;
  if (pairs.length === 0) return html`<p>A single member has nothing to differ from.</p>`;
  const names = members.filter(({ alpha }) => alpha !== undefined).map(({ member }) => member + 1);
  const cells = pairs.map((pair) => ({ ...pair, a: names[pair.first]!, b: names[pair.second]! }));
  const most = cells.reduce((a, b) => (b.disagreement > a.disagreement ? b : a));
  const least = cells.reduce((a, b) => (b.disagreement < a.disagreement ? b : a));
  const finding =
    `Disagreement of pairs of members on ${SPLIT_WORDS[vote.on]} images: ${percent(disagreement)} on average, from ${percent(least.disagreement)} ` +
    `(members ${least.a} and ${least.b}) to ${percent(most.disagreement)} (members ${most.a} and ${most.b}).`;
  const ticks = names.length <= 12 ? names : names.filter((_, i) => i % Math.ceil(names.length / 10) === 0);
  const drawing = chart({
    finding,
    height: CHART_WIDTH - 30,
    x: { label: "member", ticks, domain: names.slice(0, -1), padding: 0.04 },
    y: { label: "member", ticks, domain: names.slice(1), padding: 0.04 },
    opacity: { domain: [0, Math.max(most.disagreement, 0.01)], range: [0.05, names.length <= NUMBERED ? 0.5 : 1], type: "linear" },
    marks: [
      Plot.cell(cells, { x: "a", y: "b", fill: "var(--c1)", fillOpacity: "disagreement" }),
      ...(names.length <= NUMBERED
        ? [
            Plot.text(cells, {
              x: "a",
              y: "b",
              text: (pair: { disagreement: number }) => (100 * pair.disagreement).toFixed(0),
              fill: "var(--ink)",
            }),
          ]
        : []),
    ],
    color: { type: "identity" },
  });
  return html`<p>
      Two members answer ${percent(disagreement)} of the images differently and have ${percent(doubleFault)} both wrong; Cohen’s κ of their
      answers is ${short(kappa)}. All are means over pairs.
    </p>
    ${figure(
      drawing,
      html`${finding} The stronger a cell’s colour, the more two members differ${names.length <= NUMBERED ? "; numbers are percent" : ""}.`,
      {
        title: "pairs of members",
        numbers: [
          ["first", "second", "disagreement", "double fault", "kappa"],
          ...cells.map(({ a, b, disagreement: differs, doubleFault: both, kappa: alike }) =>
            [a, b, differs, both, alike].map((n) => Number(n.toFixed(4))),
          ),
        ],
      },
    )}`;
}
