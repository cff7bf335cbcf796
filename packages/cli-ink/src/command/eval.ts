import type { MetricInfo } from "@benn/core";
import { evaluateRun, type Evaluation, openRun } from "@benn/core/node";
import { count, percent, short, table } from "../run/format.ts";
import { metricCell, metricHead } from "../run/metric-values.ts";
import { ownVoterFirst } from "../run/own-voter-first.ts";
import { voteSentence } from "../run/vote-sentence.ts";
import { datasetOfRun } from "./dataset-of-run.ts";
import { openRunContainer, refuseForeignBackend } from "./plugins-of-run.ts";
import { print, printJson, say } from "./print.ts";

export interface EvalOptions {
  readonly data?: string;
  readonly cache?: string;
  readonly backend?: string;
  readonly plugin?: readonly string[];
  readonly mirror?: boolean;
  readonly json?: boolean;
}

/** `benn eval` */
export async function evaluate(folder: string, { data, cache, backend, plugin = [], mirror = false, json }: EvalOptions): Promise<void> {
  const run = await openRun(folder);
  const container = await openRunContainer(run, plugin);
  if (backend === undefined) refuseForeignBackend(run, process.cwd());
  const showsProgress = !json && process.stderr.isTTY;
  const evaluation = await evaluateRun(folder, {
    container,
    ...datasetOfRun(run, { data, cache }, (message) => say(`benn: ${message}\n`)),
    ...(backend === undefined ? {} : { backend: { name: backend } }),
    mirror,
    onProgress: ({ members, of }) => {
      if (showsProgress) process.stderr.write(members < of ? `\rmember ${members} of ${of}` : "\r\u001B[K");
    },
  });
  if (json) printJson(evaluation);
  else print(`${evaluationLines(evaluation).join("\n")}\n`);
}

/** The evaluation as text: members alone, then the votes of the first ones, by each metric. */
export function evaluationLines({ testRows, mirror, metrics, members, staged, singleMean, voter }: Evaluation): string[] {
  const known = members.some(({ agreement }) => agreement !== undefined);
  const agreeing = members.filter(({ agreement }) => agreement === 1).length;
  const ofVotes = metrics.filter(({ name }) => staged[0]?.[name]);
  return [
    `Members on ${count(testRows)} test images${mirror ? ", each with its mirror image: by the mean of both logits" : ""}`,
    "",
    ...table(
      [
        ["member", "net", ...metrics.map(metricHead), "alpha", ...(known ? ["same class as stored %"] : [])],
        ...members.map(({ member, architecture, metrics: own, alpha, agreement }) => [
          String(member + 1),
          architecture,
          ...metrics.map((metric) => metricCell(metric, own[metric.name])),
          alpha === undefined ? "no vote" : short(alpha),
          ...(known ? [percent(agreement).replace(" %", "")] : []),
        ]),
      ],
      { left: 2 },
    ).map((line) => `  ${line}`),
    "",
    ...ofVotes.flatMap((metric) => voteLines(metric, staged, voter)),
    ...ofVotes.flatMap((metric) => {
      const value = staged.at(-1)?.[metric.name]?.[voter];
      const mean = singleMean[metric.name] ?? Number.NaN;
      return value === undefined ? [] : voteSentence(metric, { members: staged.length, voter, value, mean });
    }),
    ...(known
      ? [
          agreeing === members.length
            ? `Every member gives every image${mirror ? ", without its mirror image," : ""} the class that was stored when it was trained.`
            : `${members.length - agreeing} of ${members.length} members differ${mirror ? ", without the mirror images," : ""} from what was stored when they were trained.`,
        ]
      : []),
  ];
}

/** The table of a metric: a row for the vote of the first 1, 2, … members, a column for each voter. */
function voteLines(metric: MetricInfo, staged: Evaluation["staged"], voter: string): string[] {
  const voters = ownVoterFirst(voter, Object.keys(staged[0]?.[metric.name] ?? {}));
  const rows = staged.map((stage, k) => [String(k + 1), ...voters.map((name) => metricCell(metric, stage[metric.name]?.[name]))]);
  return [
    `Test ${metricHead(metric)} of the votes of the first ones`,
    "",
    ...table([["members", ...voters], ...rows], { left: 0 }).map((line) => `  ${line}`),
    "",
  ];
}
