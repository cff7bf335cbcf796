import { type LoadedDataset, UserError } from "@benn/core";
import type { LayersModel } from "@benn/core/tensorflow";
import { compileModel } from "./compile-model.ts";
import { type Chain, levelsOf, type Thresholds } from "./find-thresholds.ts";
import { checkLowers, lowerVote, type NamedVoter } from "./lower-vote.ts";
import { preparationOf } from "./preparation-of.ts";

/** What is to be exported after training. */
export interface ExportSubject {
  /** Built like a member, trained or not; the caller disposes it. Its latent kernels are projected, as before an evaluation. */
  readonly model: LayersModel;
  readonly data: Pick<LoadedDataset, "preprocessing" | "shape">;
  readonly voter: NamedVoter;
}

/**
 * Detects before training what `exportRun` would refuse after it, with the same code except the search for thresholds.
 * @returns a sentence for each thing that cannot be exported; empty if everything can
 */
export async function checkExportable({ model, data, voter }: ExportSubject): Promise<readonly string[]> {
  const checks: readonly (() => Promise<unknown>)[] = [
    // A voter that learns has no vote weights before it is fitted.
    async () => (voter.voter.fit ? checkLowers(voter) : lowerVote(voter, [1])),
    async () => preparationOf(data, { whitening: true }),
    () => compileModel(model, "", noThresholds),
  ];
  const refusals: string[] = [];
  for (const check of checks) {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refusals.push(error.message);
    }
  }
  return refusals;
}

/** Placeholders with the right shape. */
async function noThresholds({ base, between, sign }: Chain): Promise<Thresholds> {
  const [, , channels] = base.shape;
  const pools = between.filter(({ kind }) => kind === "maxPool").length;
  return {
    thresholds: new Float64Array(levelsOf(sign) * channels),
    flips: Array.from({ length: pools + 1 }, () => new Uint8Array(channels)),
  };
}
