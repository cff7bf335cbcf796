import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import type { DependencyContainer } from "tsyringe";
import type { LoadedDataset } from "../dataset.ts";
import { takeRows } from "../train/take-rows.ts";
import type { TeacherLogits } from "../train/teacher-logits.ts";
import { UserError } from "../user-error.ts";
import { openRun } from "./open-run.ts";
import { checkFloats } from "./read-floats.ts";
import { readMemberRecord } from "./read-member.ts";
import { readRows } from "./read-rows.ts";
import { readRunFacts } from "./run-facts.ts";
import { memberFolder } from "./run-paths.ts";
import { differenceOfData } from "./same-data.ts";

/** Averaged logits up to this size are kept in memory instead of averaging the rows of each batch again. */
const KEPT_BYTES = 2 ** 27;

/** Rows per block when all rows are averaged. */
const BLOCK_ROWS = 4096;

/**
 * Logits of a trained run on the training rows, as its members stored them: the mean of the members' logits, weighted by their vote
 * weights, whatever the run's voter, since scores of a hard vote and probabilities are not logits. They stay on disk and are read by rows:
 * on ImageNet, they take 5 GB per member.
 * @throws UserError if the folder is not a run, no member votes, its vote weights do not have a sum above 0, it was trained on other rows,
 *   or a file was changed
 */
export async function openTeacherLogits(
  folder: string,
  data: LoadedDataset,
  container: DependencyContainer,
  keptBytes: number = KEPT_BYTES,
): Promise<TeacherLogits> {
  const run = await openRun(folder);
  const difference = await differenceOfData(folder, { data, container });
  if (difference !== undefined) {
    throw new UserError(
      `teacher ${folder}: was trained on other data, so its logits are of other rows (${difference}). Name a run on the same data, held-out rows and preprocessing.`,
    );
  }
  const facts = await readRunFacts(folder);
  const members = await Promise.all(run.members.map(async (member) => ({ member, ...(await readMemberRecord(folder, member, facts)) })));
  const voting = members.filter(({ record }) => record.alpha !== undefined);
  const alphas = voting.map(({ record }) => record.alpha ?? 0);
  const total = sumOf(folder, alphas);
  const [rows, classes] = [data.train.labels.length, data.labels.length];
  const paths = voting.map(({ member }) => join(memberFolder(folder, member), "logits.train.f32"));
  for (const [i, path] of paths.entries()) {
    const count = { floats: rows * classes, of: `${rows} rows of ${classes} classes` };
    await checkFloats(path, { count, sha256: voting[i]?.files["logits.train.f32"] });
  }
  const files = paths.map((path) => openSync(path, "r"));
  const meanOf = (of: Int32Array): Float32Array => {
    const logits = files.map((file, i) => readRows(file, of, classes, paths[i] ?? ""));
    return Float32Array.from(
      { length: of.length * classes },
      (_, i) => logits.reduce((sum, one, m) => sum + alphas[m]! * one[i]!, 0) / total,
    );
  };
  const isKept = 4 * rows * classes <= keptBytes;
  let kept: Float32Array | undefined;
  return {
    rows: (of) => (isKept ? takeRows((kept ??= meanOfAll(meanOf, rows, classes)), of, classes) : meanOf(of)),
    close: () => {
      for (const file of files.splice(0)) closeSync(file);
    },
  };
}

/** @throws UserError if the sum is not above 0: the vote then has no scale, or no members */
function sumOf(folder: string, alphas: readonly number[]): number {
  if (alphas.length === 0) throw new UserError(`teacher ${folder}: has no member that votes yet. Train it first.`);
  const total = alphas.reduce((sum, alpha) => sum + alpha, 0);
  if (total > 0) return total;
  const shown = alphas.slice(0, 5).map((alpha) => alpha.toPrecision(3));
  throw new UserError(
    `teacher ${folder}: expected vote weights (alpha) with a sum above 0, got ${total.toPrecision(3)} of ${alphas.length === 1 ? "1 member" : `${alphas.length} members`} ` +
      `(${shown.join(", ")}${alphas.length > shown.length ? ", …" : ""}): its members are no better than chance. Name another run, or retrain it.`,
  );
}

function meanOfAll(meanOf: (rows: Int32Array) => Float32Array, rows: number, classes: number): Float32Array {
  const all = new Float32Array(rows * classes);
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const block = Int32Array.from({ length: Math.min(BLOCK_ROWS, rows - from) }, (_, i) => from + i);
    all.set(meanOf(block), from * classes);
  }
  return all;
}
