import type { DependencyContainer } from "../container.ts";
import type { LoadedDataset } from "../dataset.ts";
import type { EnsembleScheme } from "../ensemble-scheme.ts";
import { createRandom, shuffle } from "../random.ts";
import { drawRows } from "./draw-rows.ts";
import { memberParts } from "./member-parts.ts";
import { allRows } from "./predict-logits.ts";
import { type ResolvedConfig, settingsOf } from "./resolve-config.ts";

/** Maximum number of logits of one member kept in memory for out-of-bag votes: 200 MB. Those of ImageNet's training rows take 5 GB. */
const MOST_LOGITS = 50_000_000;

/**
 * The training rows for out-of-bag votes: all of them, or a sample if their logits are too many. Of ImageNet these are 50,000 rows, which
 * give an accuracy with a standard error below 0.25 percentage points.
 * @returns in ascending order
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
  /** Initial weights of the first sequential member, from a model trained elsewhere. */
  readonly init: unknown;
}

interface Member {
  readonly member: number;
  /** Whether it was trained elsewhere. */
  readonly isGiven: boolean;
  /** [samples] */
  readonly sampleWeights: Float64Array;
  /** The rows that the previous member, from which a sequential one started, may have seen; undefined if it started from no member. */
  readonly ancestor: Uint8Array | undefined;
}

/**
 * The rows that a member of an out-of-bag scheme may have seen: those that it drew, and those of the members that it started from. For
 * given weights they are unknown; the pretrained model and a teacher were trained on all rows.
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
