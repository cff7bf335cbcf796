import { printable } from "@benn/core/internals";
import type { Prediction } from "@benn/packed";
import type { TrustedPrediction } from "@benn/packed/trust";
import { digits, milliseconds as time, percent, table } from "../run/format.ts";
import { wrap } from "../run/wrap.ts";

/** The prediction for one picture. */
export interface Answer {
  readonly picture: string;
  readonly prediction: Prediction | TrustedPrediction;
  readonly milliseconds: number;
}

/** Maximum number of classes of a set that a cell names. */
const FEW_NAMES = 4;

/**
 * One row per picture; if the file supports it, with the likeliest classes, how many members agree, and the requested prediction set. If
 * names are too long for a table of this width, one paragraph per picture with all of it.
 */
export function predictionLines(answers: readonly Answer[], coverage?: number, width: number = 80): string[] {
  const tables = answers.some(({ prediction }) => "likeliest" in prediction)
    ? [4, 3, 2, 1].map((names) => judgedLines(answers, coverage, names))
    : [plainLines(answers)];
  const table = tables.find((lines) => lines.every((line) => line.length <= width));
  return table ?? answers.flatMap((answer) => wrap(printable(paragraph(answer, coverage)), width));
}

function paragraph({ picture, prediction, milliseconds }: Answer, coverage: number | undefined): string {
  const { label, ran, members, likeliest = [], set, ...own } = prediction as Partial<TrustedPrediction> & Prediction;
  const [first, ...others] = likeliest.map(({ label: name, probability }) => `${name} ${percent(probability)}`);
  return [
    `${picture}: ${first ?? label}`,
    ...(others.length > 0 ? [`then ${others.join("; ")}`] : []),
    ...(coverage !== undefined && set ? [`${setHead(coverage)} ${setWords(set.map((one) => one.label))}`] : []),
    `${votesFor(own)} of ${ran} agree`,
    ...(ran < members ? [`${ran} of ${members} run`] : []),
    time(milliseconds),
  ].join(" | ");
}

function plainLines(answers: readonly Answer[]): string[] {
  return table(
    [
      ["picture", "class", "votes", "members run", "ms"],
      ...answers.map(({ picture, prediction: { label, ran, members, ...own }, milliseconds }) => [
        picture,
        label,
        `${votesFor(own)} of ${ran}`,
        `${ran} of ${members}`,
        digits(milliseconds),
      ]),
    ],
    { left: 2 },
  );
}

/** Mentions how many members ran only if some were skipped. */
function judgedLines(answers: readonly Answer[], coverage: number | undefined, names: number): string[] {
  const spared = answers.some(({ prediction: { ran, members } }) => ran < members);
  const hasSet = coverage !== undefined;
  return table(
    [
      ["picture", "class", "", "then", ...(hasSet ? [setHead(coverage)] : []), "agree", ...(spared ? ["run"] : []), "ms"],
      ...answers.map(({ picture, prediction, milliseconds }) => {
        const { label, ran, members, likeliest = [], set = [], ...own } = prediction as Partial<TrustedPrediction> & Prediction;
        const [first, ...others] = likeliest;
        return [
          picture,
          label,
          percent(first?.probability),
          others.map((one) => `${one.label} ${percent(one.probability)}`).join(", "),
          ...(hasSet
            ? [
                setWords(
                  set.map((one) => one.label),
                  names,
                ),
              ]
            : []),
          `${votesFor(own)} of ${ran}`,
          ...(spared ? [`${ran} of ${members}`] : []),
          digits(milliseconds),
        ];
      }),
    ],
    { left: hasSet ? 5 : 4 },
  );
}

/** Number of members that vote for the predicted class. */
export const votesFor = ({ class: winner, votes }: Pick<Prediction, "class" | "votes">): number =>
  votes.filter((vote) => vote.class === winner).length;

const setHead = (coverage: number): string => `${+(100 * coverage).toPrecision(6)} % set`;

function setWords(labels: readonly string[], most: number = FEW_NAMES): string {
  const more = labels.length - most;
  return `${labels.slice(0, most).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
