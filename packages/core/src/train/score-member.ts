import type { Split } from "../dataset.ts";
import { winners } from "../staged-vote.ts";
import { drawRows } from "./draw-rows.ts";
import type { Emitted } from "./emitted.ts";
import type { MemberTask } from "./member-task.ts";
import { nameOf } from "./memory-advice.ts";
import { partRows } from "./part-rows.ts";
import { allRows, predictLogits } from "./predict-logits.ts";
import type { ResidentImages } from "./resident-images.ts";
import { watchScoring } from "./watch-scoring.ts";

export interface MemberScore {
  /** Of the metric that selects the best epoch. */
  readonly value: number;
  /** Classes that were predicted for none of the scored rows, although a sufficient number of rows belong to them. */
  readonly neverPredicted: readonly number[];
}

/** With fewer rows of a class it may be chance that it is never predicted. */
const NOT_JUST_A_FEW = 20;

/** Scores the current model on the rows that select the best epoch. Undefined: a stop was requested. */
export async function* scoreMember(
  task: MemberTask,
  epoch: number,
  resident: ResidentImages | undefined,
): AsyncGenerator<Emitted, MemberScore | undefined> {
  const { run, data, control } = task;
  const { metric } = task.parts.scoredBy;
  const classes = data.labels.length;
  const who = `${nameOf(task.member)}, epoch ${epoch + 1}`;
  const logitsOf = (
    split: Split,
    rows: Int32Array,
    of: string,
    resident?: ResidentImages,
  ): AsyncGenerator<Emitted, Float32Array | undefined> => {
    const options = { who: `${who}, ${of} images`, batchSize: partRows(run), shape: data.shape, classes, resident };
    return watchScoring(predictLogits(task.model, split, rows, options), { what: `scoring ${who}`, total: rows.length, control });
  };
  if (run.scoreOn === "validation") {
    const { validation } = data;
    if (!validation) throw new Error("scoreOn is validation, but no rows are held out");
    const logits = yield* logitsOf(validation, allRows(validation.labels.length), "validation");
    return logits && { value: metric.of(logits, validation.labels), neverPredicted: neverPredicted(logits, validation.labels, classes) };
  }
  const draw = drawRows(task, epoch, "score");
  const { labels } = data.train;
  // Each row is evaluated once however often it was drawn: a bootstrap sample has only 63 % distinct rows.
  const times = new Float64Array(labels.length);
  if (draw.kind === "rows") for (const row of draw.rows) times[row] = (times[row] ?? 0) + 1;
  else times.set(draw.sampleWeights);
  const rows = allRows(labels.length).filter((row) => (times[row] ?? 0) > 0);
  const logits = yield* logitsOf(data.train, rows, "training", resident);
  if (!logits) return undefined;
  let sum = 0;
  let total = 0;
  for (const [i, row] of rows.entries()) {
    const weight = times[row] ?? 0;
    total += weight;
    sum += weight * metric.of(logits.subarray(i * classes, (i + 1) * classes), labels.subarray(row, row + 1));
  }
  const own = Int32Array.from(rows, (row) => labels[row] ?? 0);
  return { value: sum / total, neverPredicted: neverPredicted(logits, own, classes) };
}

function neverPredicted(logits: Float32Array, labels: Int32Array, classes: number): number[] {
  const predicted = new Set(winners(logits, classes));
  const counts = new Int32Array(classes);
  for (const label of labels) counts[label]! += 1;
  return [...counts.keys()].filter((label) => (counts[label] ?? 0) >= NOT_JUST_A_FEW && !predicted.has(label));
}
