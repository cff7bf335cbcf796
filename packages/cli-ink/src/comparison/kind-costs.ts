import type { ComparedEnsemble } from "@benn/analysis";
import { type DependencyContainer, UserError } from "@benn/core";
import { type ModelSummary, summarizeModel } from "@benn/core/internals";
import { loadDataset, openRun, readRunData, resolveConfig, restoreMembers } from "@benn/core/node";
import { memberCosts, type PackedCosts } from "../selection/packed-costs.ts";

export interface KindCosts {
  /** Costs of the vote of the first 1, 2, … members. */
  readonly costs: readonly ComparedEnsemble["cost"][];
  /** Share of the bit operations in layers with two real factors. */
  readonly realShare: number;
  /** Whether bytes are those of a packed file; otherwise they are computed, and the time is unknown. */
  readonly packed: boolean;
  /** A sentence: why it could not be packed. */
  readonly reason?: string;
}

export interface KindCostsOptions {
  readonly container: DependencyContainer;
  readonly voter: string;
  /** Members of the largest ensemble. */
  readonly members: number;
  /** Whether to measure milliseconds. */
  readonly time: boolean;
}

/** The costs of ensembles of the first members of a run: bytes of the packed file, and bit operations and milliseconds per image. */
export async function kindCosts(folder: string, { container, voter, members, time }: KindCostsOptions): Promise<KindCosts> {
  const { bytes: counted, bitOperations, realShare } = await countedOf(folder, container);
  const counts = Array.from({ length: members }, (_, k) => k + 1);
  const operations = (k: number): { readonly operations: number } => ({ operations: k * bitOperations });
  try {
    const pack = { container, voter, whitening: false };
    const bytes = await memberCosts(folder, "bytes", pack);
    const milliseconds = time ? await memberCosts(folder, "milliseconds", pack) : undefined;
    return {
      realShare,
      packed: true,
      costs: counts.map((k) => ({
        bytes: sumOf(bytes, k),
        ...operations(k),
        ...(milliseconds ? { milliseconds: sumOf(milliseconds, k) } : {}),
      })),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { realShare, packed: false, reason: error.message, costs: counts.map((k) => ({ bytes: k * counted, ...operations(k) })) };
  }
}

function sumOf({ members, base }: PackedCosts, count: number): number {
  return members.slice(0, count).reduce((sum, own) => sum + own, base);
}

/** For one member: bytes at its bits per weight, and bit operations per image. */
async function countedOf(
  folder: string,
  container: DependencyContainer,
): Promise<Pick<ModelSummary, "bytes" | "bitOperations"> & Pick<KindCosts, "realShare">> {
  const run = await openRun(folder);
  const config = resolveConfig(run.config, container);
  const data = (await readRunData(folder)) ?? (await loaded());
  try {
    for await (const { model } of restoreMembers({ ...run, members: run.members.slice(0, 1) }, { config, data, container })) {
      const { bytes, bitOperations, layers } = summarizeModel(model);
      model.dispose();
      // Two real factors: 32 · 32 bit operations per multiply-add.
      const real = layers.filter((layer) => layer.bitOperations === 32 * 32 * layer.realMultiplyAdds);
      return { bytes, bitOperations, realShare: real.reduce((sum, layer) => sum + layer.bitOperations, 0) / bitOperations };
    }
    throw new UserError(`run folder ${folder}: has no trained member yet. Resume it with "benn train --resume ${folder}".`);
  } finally {
    data.dispose?.();
  }

  async function loaded(): Promise<NonNullable<Awaited<ReturnType<typeof readRunData>>>> {
    const loading = loadDataset(config, container);
    for (;;) {
      const next = await loading.next();
      if (next.done) return next.value;
    }
  }
}
