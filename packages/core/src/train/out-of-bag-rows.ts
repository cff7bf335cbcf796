import type { DependencyContainer } from "../container.ts";
import type { LoadedDataset } from "../dataset.ts";
import type { EnsembleScheme } from "../ensemble-scheme.ts";
import { createRandom, shuffle } from "../random.ts";
import { drawRows } from "./draw-rows.ts";
import { memberParts } from "./member-parts.ts";
import { allRows } from "./predict-logits.ts";
import { type ResolvedConfig, settingsOf } from "./resolve-config.ts";

/** Logits of one member that stay in memory for the votes out of bag: 200 MB. Those of ImageNet's training rows are 5 GB. */
const MOST_LOGITS = 50_000_000;

/**
 * The training rows that are voted on out of bag: all of them, or a sample if their logits are too many. Of ImageNet it is 50,000 rows, which
 * give an accuracy with a standard error below 0.25 points.
 * @returns in rising order
 */
export function outOfBagRows(seed: number, samples: number, classes: number, most: number = MOST_LOGITS): Int32Array {
  const rows = allRows(samples);
  const count = Math.floor(most / classes);
  if (samples <= count) return rows;
  return shuffle(rows, createRandom(seed, "out of bag")).slice(0, count).toSorted();
}

interface Run {
  readonly config: ResolvedConfig;
  readonly data: Pick<LoadedDataset, "train" | "labels">;
  readonly container: DependencyContainer;
  /** Weights that the first sequential member starts from, of a model trained elsewhere. */
  readonly init: unknown;
}

interface Member {
  readonly member: number;
  /** It was trained elsewhere. */
  readonly isGiven: boolean;
  /** [samples] */
  readonly sampleWeights: Float64Array;
  /** What the member that a sequential one started from may have seen; undefined: it started from no member. */
  readonly ancestor: Uint8Array | undefined;
}

/**
 * The rows that a member of an out-of-bag scheme may have seen: those that it drew, and those of the members that it goes on from. Those of
 * given weights are unknown; the model before the first member and a teacher were trained on all.
 * @returns [samples], 1 for each such row
 */
export function seenRows(
  run: Run,
  scheme: Required<Pick<EnsembleScheme, "draw">>,
  { member, isGiven, sampleWeights, ancestor }: Member,
): Uint8Array {
  const { config, data } = run;
  const seen = new Uint8Array(data.train.labels.length);
  const { loss } = memberParts(run, settingsOf(config, member), data.labels.length);
  if (isGiven || loss.teacher !== undefined) return seen.fill(1);
  if (config.mode === "sequential") {
    if (ancestor) seen.set(ancestor);
    else if (run.init || config.pretrainEpochs > 0) return seen.fill(1);
  }
  const draw = drawRows({ member, run: config, data, scheme, sampleWeights }, 0, "train");
  if (draw.kind === "weighted") return seen.map((known, row) => ((draw.sampleWeights[row] ?? 0) > 0 ? 1 : known));
  for (const row of draw.rows) seen[row] = 1;
  return seen;
}
