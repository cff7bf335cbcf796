import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EnsembleEvaluation, Stability } from "@benn/analysis";
import { checkValue, faultSentence } from "@benn/core/internals";
import type { ReportedRun } from "@benn/report";
import { fileChecksum } from "../run/file-checksum.ts";
import { stabilitySchema } from "./stability-schema.ts";

/** The file that `benn stability --keep` writes. */
export function keptStability(folder: string): string {
  return join(folder, "stability.json");
}

/** SHA-256 of the weights of members, to detect whether they are still those that were measured. */
export async function weightsOf(folder: string, members: readonly number[]): Promise<string[]> {
  return await Promise.all(members.map((member) => fileChecksum(join(folder, "members", String(member).padStart(3, "0"), "weights.bin"))));
}

/**
 * The stored measurement of a run, if there is one.
 * @param members of the run as it is now
 * @returns a sentence if the file cannot be read: a report then shows the rest
 */
export async function readStability(
  folder: string,
  members: EnsembleEvaluation["members"],
): Promise<{ readonly stability?: NonNullable<ReportedRun["stability"]>; readonly note?: string }> {
  const file = keptStability(folder);
  if (!existsSync(file)) return {};
  const text = await readFile(file, "utf8");
  const { fault } = checkValue(stabilitySchema, jsonOf(text));
  if (fault) return { note: `${file}: is not what benn stability --keep writes (${faultSentence(fault)}). Measure it again.` };
  // JSON cannot represent NaN.
  const stability = JSON.parse(text, (_, value: unknown) => (value === null ? Number.NaN : value)) as Stability;
  const voting = members.flatMap(({ member, alpha }) => (alpha === undefined ? [] : [member]));
  const weights = await weightsOf(folder, voting);
  const isCurrent = JSON.stringify(stability.members) === JSON.stringify(voting.map((member, i) => ({ member, weights: weights[i] })));
  return { stability: { ...stability, isCurrent } };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
