import { existsSync } from "node:fs";
import { join } from "node:path";
import type { WeightValues } from "../train/model-weights.ts";
import type { MemberLogits, MemberRecord } from "../train/run-store.ts";
import { UserError } from "../user-error.ts";
import { readMemberFile, type SavedMember } from "./member-file.ts";
import { readModelFiles } from "./model-files.ts";
import { readFloats } from "./read-floats.ts";
import { readRunFacts, type RunFacts } from "./run-facts.ts";
import { memberFolder } from "./run-paths.ts";

/**
 * Reads a finished member.
 * @returns `sampleWeights` is the SHA-256 of the sample weights that it was trained with
 * @throws UserError if a file is missing, was changed or does not have the length that follows from the run's data
 */
export async function readMember(
  run: string,
  member: number,
): Promise<{ record: MemberRecord; weights: WeightValues; logits: MemberLogits; sampleWeights?: string }> {
  const facts = await readRunFacts(run);
  const { record, files, sampleWeights } = await readMemberRecord(run, member, facts);
  const weights = await readModelFiles(memberFolder(run, member), files);
  const logits = (split: keyof MemberLogits): Promise<Float32Array> => readLogits(run, member, split, facts, files);
  const validated = files["logits.validation.f32"] !== undefined || existsSync(join(memberFolder(run, member), "logits.validation.f32"));
  return {
    record,
    weights,
    ...(sampleWeights === undefined ? {} : { sampleWeights }),
    logits: { train: await logits("train"), test: await logits("test"), ...(validated ? { validation: await logits("validation") } : {}) },
  };
}

/**
 * Reads member.json.
 * @throws UserError also if it is another member's, or lacks a checksum that this format requires
 */
export async function readMemberRecord(run: string, member: number, { format, rows }: RunFacts): Promise<SavedMember> {
  const folder = memberFolder(run, member);
  const saved = await readMemberFile(folder);
  if (saved.record.member !== member) {
    throw new UserError(`${folder}: holds member ${saved.record.member}, not ${member}. Give the folder its name back.`);
  }
  const needed = [
    "weights.bin",
    "model.json",
    "logits.train.f32",
    "logits.test.f32",
    ...(rows?.validation ? ["logits.validation.f32"] : []),
  ];
  const lacking = format < 2 ? undefined : needed.find((name) => saved.files[name] === undefined);
  if (lacking !== undefined) {
    throw new UserError(
      `${join(folder, "member.json")}: has no SHA-256 of ${lacking}. The file was damaged; restore it from a copy, or retrain.`,
    );
  }
  return saved;
}

/** @throws UserError if the file is missing, was changed or has another length */
export async function readLogits(
  run: string,
  member: number,
  split: keyof MemberLogits,
  { rows, classes }: RunFacts,
  sums: SavedMember["files"],
): Promise<Float32Array> {
  const name = `logits.${split}.f32`;
  const n = rows?.[split];
  const count = n === undefined || classes === undefined ? undefined : { floats: n * classes, of: `${n} rows of ${classes} classes` };
  return await readFloats(join(memberFolder(run, member), name), { count, sha256: sums[name] });
}
