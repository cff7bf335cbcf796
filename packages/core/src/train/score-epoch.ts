import { EVALUATION } from "../layer-context.ts";
import type { Emitted } from "./emitted.ts";
import type { MemberTask } from "./member-task.ts";
import { nameOf } from "./memory-advice.ts";
import { type WeightValues, writeWeights } from "./model-weights.ts";
import { prepareLayers } from "./predict-logits.ts";
import { recomputeStatistics, rowsToRun, statisticsRows } from "./recompute-statistics.ts";
import type { ResidentImages } from "./resident-images.ts";
import { type MemberScore, scoreMember } from "./score-member.ts";
import { watchScoring } from "./watch-scoring.ts";
import type { WeightAverage } from "./weight-average.ts";

export interface EpochScore extends MemberScore {
  /** The weights that were scored; they become the member's if they are the best. */
  readonly scored: WeightValues;
  /** The weights that training continues with; the model holds them. */
  readonly trained: WeightValues;
}

interface Options {
  /** The model's weights. */
  readonly weights: WeightValues;
  readonly average: WeightAverage | undefined;
  readonly resident: ResidentImages | undefined;
  /** Reads the model's weights, and refuses those that are not finite. */
  read(): Promise<WeightValues>;
}

/**
 * Scores the model as it would be stored after this epoch: with averaged weights and precise batch-norm statistics, if the run uses them.
 * Training then continues with its own weights, latent kernels projected, whichever were scored. Undefined: a stop was requested; the
 * model's weights are then unspecified.
 */
export async function* scoreEpoch(
  task: MemberTask,
  epoch: number,
  { weights, average, resident, read }: Options,
): AsyncGenerator<Emitted, EpochScore | undefined> {
  const { run, model, control } = task;
  if (average) writeWeights(model, new Map([...weights, ...(await average.values())]));
  if (run.batchNorm.statistics === "precise") {
    const rows = statisticsRows(task, epoch);
    const what = `batch norm of ${nameOf(task.member)}, epoch ${epoch + 1}`;
    const isDone = yield* watchScoring(recomputeStatistics(task, epoch, rows, resident), { what, total: rowsToRun(model, rows), control });
    if (!isDone) return undefined;
  }
  const score = yield* scoreMember(task, epoch, resident);
  if (!score) return undefined;
  const scored = await read();
  if (run.batchNorm.statistics === "running") return { ...score, scored, trained: scored };
  writeWeights(model, weights);
  prepareLayers(model, EVALUATION);
  return { ...score, scored, trained: await read() };
}
