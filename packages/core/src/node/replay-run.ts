import { basename } from "node:path";
import type { DependencyContainer } from "tsyringe";
import type { LoadedDataset } from "../dataset.ts";
import type { RunEnd } from "../events.ts";
import { RunControl } from "../run-control.ts";
import type { GivenMembers } from "../train/given-members.ts";
import type { MemberTrainer } from "../train/member-trainer.ts";
import type { WeightValues } from "../train/model-weights.ts";
import { type ResolvedConfig, settingsOf } from "../train/resolve-config.ts";
import type { MemberLogits, MemberRecord, RunStore } from "../train/run-store.ts";
import type { Emitted } from "../train/emitted.ts";
import { trainRun } from "../train/train-run.ts";

/** A trained member, to be judged again. */
export interface ReplayedMember {
  readonly weights: WeightValues;
  readonly logits: MemberLogits;
  readonly bestEpoch: number;
}

export interface ReplayTask {
  readonly folder: string;
  readonly config: ResolvedConfig;
  readonly data: LoadedDataset;
  readonly container: DependencyContainer;
  /** The trained members, from the first on. */
  readonly members: readonly (() => Promise<ReplayedMember>)[];
  /** Of a run whose members come from elsewhere. */
  readonly given: GivenMembers | undefined;
}

export interface Replay {
  /** The events of a log without steps, epochs and scores: start of the run, starts and ends of members, warnings, votes, the end. */
  readonly events: readonly Emitted[];
  readonly records: ReadonlyMap<number, MemberRecord>;
  /** Sample weights by the member that is trained with them. */
  readonly sampleWeights: ReadonlyMap<number, Float64Array>;
  readonly reason: RunEnd["reason"];
}

/**
 * Runs the training loop of a run over its members again without training: the scheme judges the stored logits, and records, sample weights
 * and votes are recomputed to the same bytes.
 */
export async function replayRun({ folder, config, data, container, members, given }: ReplayTask): Promise<Replay> {
  const records = new Map<number, MemberRecord>();
  const sampleWeights = new Map<number, Float64Array>();
  const never = (): never => {
    throw new Error("a replayed run loads nothing");
  };
  const store: RunStore = {
    name: basename(folder),
    append: async () => {},
    saveCheckpoint: async () => {},
    saveAhead: async () => {},
    loadAhead: async () => undefined,
    removeAhead: async () => {},
    restore: async () => undefined,
    announcedMembers: async () => undefined,
    saveMember: async (record) => void records.set(record.member, record),
    loadMember: never,
    saveStart: async () => {},
    loadStart: never,
    saveSampleWeights: async (member, weights) => void sampleWeights.set(member, weights),
    loadSampleWeights: never,
  };
  const steps = Math.ceil(data.train.labels.length / config.batchSize);
  const trainer: MemberTrainer = {
    async *train({ member }) {
      yield { type: "member-start", member, epochs: settingsOf(config, member).epochs, steps };
      const load = members[member];
      return load ? { finished: true, ...(await load()) } : { finished: false };
    },
  };
  // Nothing is trained before the first member; an empty model stands for the one that it started from.
  const started = config.pretrainEpochs > 0 || config.init !== undefined;
  const init: WeightValues | undefined = started ? new Map() : undefined;
  const planned = (): number => Math.max(config.members.length, members.length); // members were added to the configured ones
  const task = {
    config: { ...config, pretrainEpochs: 0 },
    data,
    container,
    store,
    control: new RunControl(),
    init,
    given,
    trainer,
    members: planned,
  };
  const run = trainRun(task);
  const events: Emitted[] = [];
  for (;;) {
    const next = await run.next();
    if (next.done) return { events, records, sampleWeights, reason: next.value };
    if (next.value.type !== "run-start") events.push(next.value);
    else {
      events.push({ ...next.value, pretrainEpochs: config.pretrainEpochs });
      if (config.pretrainEpochs > 0) events.push({ type: "member-start", member: -1, epochs: config.pretrainEpochs, steps });
    }
  }
}
