import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { type RunEvent, UserError } from "@benn/core";
import { type WeightValues } from "@benn/core/internals";
import { type GivenMembers, type RunResult, train } from "@benn/core/node";
import { readCheckpoint } from "../checkpoint/read-checkpoint.ts";
import { readNpy } from "../files/read-npy.ts";
import { readWhole, sha256 } from "../files/read-whole.ts";
import { mapWeights } from "../map/map-weights.ts";
import { printable } from "../printable.ts";
import type { ImportOptions, ImportPlan, PlannedMember } from "./plan-import.ts";

export interface ImportRunOptions extends Pick<ImportOptions, "container"> {
  /** Folder in which the run's folder is created. Default "runs". */
  readonly out?: string;
  /** Stops between two batches; leaves nothing behind. */
  readonly signal?: AbortSignal;
  /** Called once the run folder is known. */
  onFolder?(path: string): void;
  /** Called while a member's logits on all images are computed. */
  onRows?: GivenMembers["onRows"];
}

/**
 * Creates a run folder from the checkpoints of a plan, and yields the events of a training run. Each member's logits are computed, the
 * scheme judges it as if it had just been trained, and the votes are scored. The folder is removed if the import fails or the caller stops
 * iterating.
 * @throws UserError if a checkpoint has changed since it was planned, and like `train`
 */
export async function* importTorch(plan: ImportPlan, options: ImportRunOptions): AsyncGenerator<RunEvent, RunResult> {
  const { container, out, signal } = options;
  const run = train(plan.run.config, {
    container,
    given: givenMembers(plan, options),
    ...(out === undefined ? {} : { out }),
    ...(signal ? { signal } : {}),
    onFolder(path) {
      folder = path;
      options.onFolder?.(path);
    },
  });
  let folder: string | undefined;
  let whole = false;
  try {
    const result = yield* run;
    whole = result.reason !== "interrupted";
    signal?.throwIfAborted();
    return result;
  } finally {
    if (!whole && folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

function givenMembers({ members, files, alphas }: ImportPlan, { signal, onRows }: ImportRunOptions): GivenMembers {
  return {
    origin: {
      format: "PyTorch",
      checkpoints: members.map(({ path, sha256: hash, facts }) => ({ file: printable(basename(path)), sha256: hash, facts })),
    },
    weights: (member) => readWeights(members[member]),
    async judgement(member) {
      const path = files.sampleWeights.get(member);
      const sampleWeights = path === undefined ? undefined : await readNpy(path);
      const alpha = alphas?.[member];
      return { ...(alpha === undefined ? {} : { alpha }), ...(sampleWeights ? { sampleWeights } : {}) };
    },
    async onRows(progress) {
      await onRows?.(progress);
      await new Promise((resolve) => setTimeout(resolve, 0)); // lets signals be handled
      signal?.throwIfAborted();
    },
  };
}

/** Reads the file again: only one of 32 members is in memory at a time. */
async function readWeights(member: PlannedMember | undefined): Promise<WeightValues> {
  if (!member) throw new RangeError("more members than checkpoints");
  const bytes = await readWhole(member.path);
  if (sha256(bytes) !== member.sha256) throw new UserError(`${member.path}: has changed while it was imported. Import it again.`);
  const checkpoint = readCheckpoint(bytes, member.path);
  return new Map(
    mapWeights(checkpoint, member.net, member.keyMap, member.path).map(({ from, to, shape, view }) => {
      const values = checkpoint.read(view);
      const bad = values.find((value) => !Number.isFinite(value));
      if (bad !== undefined)
        throw new UserError(`${member.path}: ${printable(from)} has the value ${bad}. The training it is of had failed.`);
      const negative = to.endsWith("/moving_variance") ? values.find((value) => value < 0) : undefined;
      if (negative !== undefined)
        throw new UserError(
          `${member.path}: ${printable(from)} has the value ${negative}, and no variance is below 0. The file is damaged; copy it again.`,
        );
      return [to, { shape, values }] as const;
    }),
  );
}
