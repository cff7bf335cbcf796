import type { EstimatedMovement, MeasuredNoise, Stability } from "@benn/analysis";
import { intervalCell, percentCell, tableLines, thinned } from "../evaluation/cells.ts";
import { count, percent } from "../run/format.ts";
import { membersWord } from "../run/vote-sentence.ts";
import { wrap } from "../run/wrap.ts";
import { noiseText, noiseWords } from "./parse-noise.ts";

/** Maximum number of stages in a short table. */
const MOST_STAGES = 12;

/** The measurements as text: the answer first, then tables. */
export function stabilityLines(stability: Stability, { all, width }: { readonly all: boolean; readonly width: number }): string[] {
  const { noise, rows, draws, retrainings, notes } = stability;
  const of = `${draws} draws, ${count(rows)} test images`;
  const lines = [
    ...answers(stability),
    ...(noise.length > 0
      ? [
          ...noiseTable(`Images whose class changes, % (${of})`, stability, "changed", { all, width }),
          ...noiseTable("How far scores move, % of their spread", stability, "moved", { all, width }),
          ...noiseTable("Accuracy under noise, %", stability, "accuracy", { all, width }),
          `Intervals are 95 %, by bootstrap over draws; "single" is a member alone on average, "ratio" the vote of all over it.`,
          "",
        ]
      : []),
    ...(retrainings ? retrainingLines(retrainings, all) : []),
    ...notes.map((note) => `Note: ${note}`),
  ];
  return lines.flatMap((line) => wrap(line, width));
}

/** A sentence for each kind of noise, at its middle level, and one for retrainings. */
function answers({ folder, voter, members, noise, retrainings }: Stability): string[] {
  const kinds = [...new Map(noise.map((own) => [own.kind, noise.filter(({ kind }) => kind === own.kind)])).values()];
  const middle = kinds.map((own) => own[own.length >> 1]!);
  const size = members.length;
  const sentences = middle.map((own) => {
    const { single, stages, ratio } = own;
    const one = percent(single.changed.value);
    const words = `With ${noiseWords(own)}, ${one} of images change class`;
    if (size === 1) return `${words}.`;
    const vote = percent(stages.at(-1)!.changed.value);
    const times = ratio.changed ? `: ${times2(ratio.changed.value)} times as many [${ratio.changed.interval.map(times2).join(", ")}]` : "";
    return `${words} of a single member on average and ${vote} of the vote${times}.`;
  });
  const last = retrainings?.stages.at(-1);
  const first = retrainings?.stages[0];
  const retrained =
    retrainings && first && last
      ? [
          `Between ${retrainings.runs.length} trainings that differ by seed alone, ${percent(first.churn.value)} of images change class with 1 member` +
            `${last.members > 1 ? ` and ${percent(last.churn.value)} with ${last.members}` : ""}.`,
        ]
      : [];
  return [`${folder}, ${voter} vote of ${membersWord(size)}:`, "", ...[...sentences, ...retrained].flatMap((sentence) => [sentence, ""])];
}

function times2(value: number): string {
  return value.toFixed(2);
}

function noiseTable(
  title: string,
  { noise, clean, members }: Stability,
  of: keyof EstimatedMovement,
  { all, width }: { readonly all: boolean; readonly width: number },
): string[] {
  const hasRatio = of !== "accuracy" && members.length > 1;
  const single = members.length > 1;
  const rowsWith = (places: readonly number[]): string[][] => [
    ["noise", ...(single ? ["single", "95 %"] : []), ...places.map((k) => String(k + 1)), "95 %", ...(hasRatio ? ["ratio"] : [])],
    ...(of === "accuracy"
      ? [["none", ...(single ? [percentCell(clean.single), ""] : []), ...places.map((k) => percentCell(clean.stages[k])), ""]]
      : []),
    ...noise.map((own) => [
      noiseText(own),
      ...(single ? [percentCell(own.single[of].value), intervalCell(own.single[of].interval)] : []),
      ...places.map((k) => percentCell(own.stages[k]?.[of].value)),
      intervalCell(own.stages.at(-1)![of].interval),
      ...(hasRatio ? [ratioCell(own, of)] : []),
    ]),
  ];
  let most = all ? members.length : Math.min(members.length, MOST_STAGES);
  let rows = rowsWith(thinned(members.length, most));
  while (!all && most > 2 && tableLines(rows).some((line) => line.length > width)) rows = rowsWith(thinned(members.length, --most));
  return [`${title}, by members that vote`, "", ...tableLines(rows)];
}

function ratioCell({ ratio }: MeasuredNoise, of: "moved" | "changed"): string {
  const own = ratio[of];
  return own ? times2(own.value) : "–";
}

function retrainingLines({ runs, rows, stages }: NonNullable<Stability["retrainings"]>, all: boolean): string[] {
  const shown = all ? stages : thinned(stages.length, MOST_STAGES).map((k) => stages[k]!);
  return [
    `${runs.length} trainings that differ by seed (${runs.map(({ seed }) => seed).join(", ")}), ${count(rows)} test images; in %`,
    "",
    ...tableLines(
      [
        ["members", "accuracy", "95 %", "s.d.", "least", "most", "churn", "95 %", "moved"],
        ...shown.map(({ members, accuracies, accuracy, churn, moved }) => [
          String(members),
          percentCell(accuracy.mean),
          intervalCell([Math.max(0, accuracy.interval[0]), Math.min(1, accuracy.interval[1])]),
          (100 * accuracy.deviation).toFixed(2),
          percentCell(Math.min(...accuracies)),
          percentCell(Math.max(...accuracies)),
          percentCell(churn.value),
          intervalCell(churn.interval),
          percentCell(moved),
        ]),
      ],
      { left: 0, gap: 1 },
    ),
    "Accuracy is the mean over trainings, with its standard deviation; churn is the share of images with another class in another training, the mean over pairs, with an interval by bootstrap over images; accuracy's interval is of its mean, by Student.",
  ];
}
