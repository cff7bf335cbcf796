import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { checkValue, faultSentence } from "../check-value.ts";
import type { MemberRecord } from "../train/run-store.ts";
import { UserError } from "../user-error.ts";
import { checksum } from "./checksum.ts";
import { fileError } from "./file-error.ts";
import { finiteJson } from "./finite-json.ts";

/** The contents of `member.json`. */
export interface SavedMember {
  readonly record: MemberRecord;
  /** SHA-256 of the member's other files, by name. Older versions have only that of weights.bin. */
  readonly files: Readonly<Record<string, string>>;
  /** SHA-256 of the sample weights that the member was trained with. */
  readonly sampleWeights?: string;
}

const bySplit = z.object({ train: z.number(), validation: z.number().optional(), test: z.number() });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "is not a SHA-256");

const memberJson = z.object({
  member: z.int().min(0),
  bestEpoch: z.int(),
  error: z.number(),
  alpha: z.number().optional(),
  metrics: z.record(z.string(), bySplit).optional(),
  // Older runs have these instead of `metrics`.
  accuracy: bySplit.optional(),
  top5: bySplit.optional(),
  loss: bySplit.optional(),
  sampleWeights: sha256.optional(),
  files: z.record(z.string(), sha256).optional(),
  /** SHA-256 of everything else, as JSON without whitespace. In older runs: of weights.bin. */
  sha256,
});

/** @throws UserError for a number that JSON cannot represent */
export function encodeMember({ record, files, sampleWeights }: SavedMember): string {
  const json = { ...record, ...(sampleWeights === undefined ? {} : { sampleWeights }), files };
  const text = finiteJson(json, `member ${record.member}`);
  return `${JSON.stringify({ ...json, sha256: checksum(text) }, null, 2)}\n`;
}

/** @throws UserError if the file is missing or damaged */
export async function readMemberFile(folder: string): Promise<SavedMember> {
  const path = join(folder, "member.json");
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileError(path, "read", error, "Was the run copied in part? Copy the member's whole folder.");
  });
  const damaged = (what: string): UserError =>
    new UserError(`${path}: ${what}. The file was damaged; restore it from a copy, or make it again with "benn fsck --mend".`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged("is not JSON");
  }
  const parsed = checkValue(memberJson, json);
  if (parsed.fault) throw damaged(`is not the record of a trained member (${faultSentence(parsed.fault)})`);
  const { sha256: sum, files, sampleWeights, accuracy, top5, loss, metrics, ...record } = parsed.data;
  if (files) {
    const { sha256: _own, ...rest } = json as Record<string, unknown>;
    const found = checksum(JSON.stringify(rest));
    if (found !== sum) throw damaged(`has SHA-256 ${found}, not ${sum} as when it was written`);
  }
  const older = { ...(accuracy ? { accuracy } : {}), ...(top5 ? { top5 } : {}), ...(loss ? { loss } : {}) };
  return {
    record: { ...record, metrics: metrics ?? older } as MemberRecord,
    files: files ?? { "weights.bin": sum },
    ...(sampleWeights === undefined ? {} : { sampleWeights }),
  };
}
