import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { heaviestRows, isUniform, type SampleWeights, weighSamples } from "@benn/report";

export interface ReadWeights {
  readonly rounds: readonly SampleWeights[];
  /** Rows with the largest weights in the last trained round. */
  readonly heaviest: readonly { readonly row: number; readonly times: number }[];
  /** What could not be read, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Sample weights that the members were trained with, as far as they are stored and differ; nothing if all rows always have equal weights.
 */
export async function readSampleWeights(folder: string, members: readonly number[], rows: number): Promise<ReadWeights> {
  const notes: string[] = [];
  const rounds: { readonly member: number; readonly weights: Float64Array }[] = [];
  for (const member of members) {
    const path = join(folder, "weights", `${String(member).padStart(3, "0")}.f64`);
    if (!existsSync(path)) continue;
    const bytes = await readFile(path);
    if (bytes.length !== 8 * rows) {
      notes.push(`${path} has ${bytes.length} bytes, but the sample weights of ${rows} rows take ${8 * rows}: it is left out.`);
      continue;
    }
    rounds.push({ member, weights: new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)) });
  }
  const last = rounds.at(-1);
  if (!last || rounds.every(({ weights }) => isUniform(weights))) return { rounds: [], heaviest: [], notes };
  return { rounds: rounds.map(({ member, weights }) => weighSamples(member, weights)), heaviest: heaviestRows(last.weights), notes };
}
