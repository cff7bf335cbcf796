import * as Plot from "@observablehq/plot";
import { chart } from "./chart.ts";
import { numbersOf } from "./figure.ts";
import { html, type Html } from "./html.ts";
import { countOf, percent, short } from "./numbers.ts";
import type { CurvePoint, ReportedMember, ReportedRun } from "./reported-run.ts";
import { table } from "./table.ts";

/** The training of each member, in small charts with a common scale, and the effect of its vote. */
export function members({ evaluation, members: trained, origin }: ReportedRun): Html {
  const { vote, splits, members: judged } = evaluation;
  const alone = splits[vote.on]?.members ?? [];
  const drawn = trained.filter(({ loss }) => loss.length > 0);
  const epochs = Math.max(1, ...drawn.flatMap(({ loss }) => loss.map(({ epoch }) => epoch)));
  const losses = drawn.flatMap(({ loss }) => loss.map(({ value }) => value));
  const domain: [number, number] = [Math.min(...losses), Math.max(...losses)];
  let place = -1;
  const rows = judged.map(({ member, alpha }, i) => {
    if (alpha !== undefined) place += 1;
    const change = alpha === undefined || place === 0 ? undefined : vote.fixedAndBroke[place - 1];
    return { member, alpha, accuracy: alone[i]?.accuracy, error: trained[i]?.error, change };
  });
  return html`${
    drawn.length === 0 && html`<p>How the members learned is not in the log of this run${origin && ": they were trained elsewhere"}.</p>`
  }${
    drawn.length > 0 &&
    html`<p>
        Training loss by epoch, all on one scale: losses from ${short(domain[0])} to ${short(domain[1])}, ${countOf(epochs, "epoch")}.
      </p>
      <ul class="panels">
        ${drawn.map(
          (own) =>
            html`<li class="panel">
              ${panel(own, { epochs, domain })}
              <p>Member ${own.member + 1}: ${percent(own.accuracy.at(-1)?.value)} of its rows, loss ${short(own.loss.at(-1)?.value)}</p>
            </li>`,
        )}
      </ul>
      ${numbersOf("training of members", curveNumbers(drawn))}`
  }${table(
    [
      { head: "Member" },
      { head: "Net", text: true },
      { head: "Alone" },
      { head: "Error ε" },
      { head: "Weight α" },
      { head: "Fixed" },
      { head: "Broke" },
    ],
    rows.map(({ member, alpha, accuracy, error, change }, i) => [
      member + 1,
      trained[i]?.label,
      percent(accuracy),
      percent(error),
      alpha === undefined ? "no vote" : short(alpha),
      change?.fixed ?? "–",
      change?.broke ?? "–",
    ]),
    { caption: "Members: what each joining the vote put right and wrong", sortable: true },
  )}${numbersOf("members", [
    ["member", "accuracy", "error", "alpha", "fixed", "broke"],
    ...rows.map(({ member, alpha, accuracy, error, change }) => [member + 1, accuracy, error, alpha, change?.fixed, change?.broke]),
  ])}`;
}

function panel({ member, loss }: ReportedMember, { epochs, domain }: { readonly epochs: number; readonly domain: [number, number] }): Html {
  const [first, last] = [loss[0]!, loss.at(-1)!];
  return chart({
    finding: `Training loss of member ${member + 1}: ${short(first.value)} after epoch ${first.epoch}, ${short(last.value)} after epoch ${last.epoch}.`,
    width: 150,
    height: 84,
    margin: 6,
    marginLeft: 6,
    marginRight: 6,
    marginTop: 6,
    marginBottom: 6,
    x: { axis: null, domain: [Math.min(1, epochs - 1), epochs] },
    y: { axis: null, domain },
    marks: [
      Plot.frame({ stroke: "var(--line)" }),
      Plot.line(loss, { x: "epoch", y: "value", stroke: "var(--c1)" }),
      Plot.dot([last], { x: "epoch", y: "value", fill: "var(--c1)", r: 2.5 }),
    ],
  });
}

function curveNumbers(trained: readonly ReportedMember[]): (string | number | undefined)[][] {
  const at = (curve: readonly CurvePoint[], epoch: number): number | undefined => curve.find((point) => point.epoch === epoch)?.value;
  return [
    ["member", "epoch", "loss", "accuracy"],
    ...trained.flatMap(({ member, loss, accuracy }) => loss.map(({ epoch, value }) => [member + 1, epoch, value, at(accuracy, epoch)])),
  ];
}
