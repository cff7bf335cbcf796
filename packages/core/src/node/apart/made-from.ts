import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../user-error.ts";
import { checksum } from "../checksum.ts";

/** Checksums of what a member is trained from: its run's experiment.json and its sample weights. */
export type MadeFrom = Readonly<Record<"experimentSha256" | "sampleWeightsSha256", string>>;

export async function madeFrom(run: string, sampleWeights: Float64Array): Promise<MadeFrom> {
  return {
    experimentSha256: checksum(await readFile(join(run, "experiment.json"))),
    sampleWeightsSha256: checksum(new Uint8Array(sampleWeights.buffer, sampleWeights.byteOffset, sampleWeights.byteLength)),
  };
}

/**
 * @param path of the file that was found
 * @throws UserError if it was made from something else
 */
export function refuseForeign(
  path: string,
  found: { readonly [K in keyof MadeFrom]?: string | undefined },
  wanted: MadeFrom,
  run: string,
): void {
  if (found.experimentSha256 !== wanted.experimentSha256)
    throw new UserError(
      `${path}: is of another run than ${run} (their experiment.json differ). Name a folder of this run's own with --into.`,
    );
  if (found.sampleWeightsSha256 !== wanted.sampleWeightsSha256)
    throw new UserError(`${path}: was trained with other sample weights than ${run} has. Remove it, and train the member again.`);
}
