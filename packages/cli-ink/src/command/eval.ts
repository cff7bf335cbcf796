import { resolve } from "node:path";
import type { Spec } from "@benn/core";
import { evaluateRun, type Evaluation, openRun } from "@benn/core/node";
import { count, percent, points, short, table } from "../run/format.ts";
import { openContainer } from "./open-container.ts";

interface EvalOptions {
  readonly data?: string;
  readonly backend?: string;
  readonly plugin?: readonly string[];
  readonly json?: boolean;
}

/** `benn eval` */
export async function evaluate(folder: string, { data, backend, plugin = [], json }: EvalOptions): Promise<void> {
  const { config } = await openRun(folder);
  const container = await openContainer([...(config.plugins ?? []), ...plugin], process.cwd());
  const showsProgress = !json && process.stderr.isTTY;
  const evaluation = await evaluateRun(folder, {
    container,
    ...(data === undefined ? {} : { dataset: { ...(config.dataset as Spec), source: undefined, data: resolve(data) } }),
    ...(backend === undefined ? {} : { backend: { name: backend } }),
    onProgress: ({ members, of }) => {
      if (showsProgress) process.stderr.write(members < of ? `\rmember ${members} of ${of}` : "\r\u001B[K");
    },
  });
  process.stdout.write(json ? `${JSON.stringify(evaluation, null, 2)}\n` : `${evaluationLines(evaluation).join("\n")}\n`);
}

/** The evaluation as text: members alone, then the votes of the first ones. */
export function evaluationLines({ testRows, members, staged, singleMean, voter }: Evaluation): string[] {
  const voters = Object.keys(staged[0] ?? {});
  const cell = (share: number | undefined): string => percent(share).replace(" %", "");
  const known = members.some(({ agreement }) => agreement !== undefined);
  const agreeing = members.filter(({ agreement }) => agreement === 1).length;
  const last = staged.at(-1)?.[voter];
  return [
    `Members on ${count(testRows)} test images`,
    "",
    ...table(
      [
        ["member", "net", "accuracy %", "alpha", ...(known ? ["same class as stored %"] : [])],
        ...members.map(({ member, architecture, accuracy, alpha, agreement }) => [
          String(member + 1),
          architecture,
          cell(accuracy),
          alpha === undefined ? "dropped" : short(alpha),
          ...(known ? [cell(agreement)] : []),
        ]),
      ],
      { left: 2 },
    ).map((line) => `  ${line}`),
    "",
    "Accuracy of the vote of the first ones, in %",
    "",
    ...table([["members", ...voters], ...staged.map((stage, k) => [String(k + 1), ...voters.map((name) => cell(stage[name]))])], {
      left: 0,
    }).map((line) => `  ${line}`),
    "",
    ...(last === undefined
      ? []
      : [
          `The ${voter} vote of ${staged.length}: ${percent(last)}; a single member in the mean: ${percent(singleMean)}; ${points(last - singleMean)} points.`,
        ]),
    ...(known
      ? [
          agreeing === members.length
            ? "Every member gives every image the class that was stored when it was trained."
            : `${members.length - agreeing} of ${members.length} members differ from what was stored when they were trained.`,
        ]
      : []),
  ];
}
