import type { LayersModel } from "../tensorflow.ts";
import type { RunEvent } from "../events.ts";
import type { WeightValues } from "./model-weights.ts";
import type { AheadCheckpoint, Checkpoint, MemberLogits, MemberRecord, RunStore } from "./run-store.ts";

/** A trained member of a run that is kept in memory. */
export interface MemberInMemory {
  readonly record: MemberRecord;
  readonly weights: WeightValues;
  readonly logits: MemberLogits;
}

/** Keeps a run in memory as long as the process, or the page, lives. It cannot be resumed. */
export class MemoryStore implements RunStore {
  readonly name: string;
  readonly events: RunEvent[] = [];
  readonly #members = new Map<number, MemberInMemory>();
  readonly #sampleWeights = new Map<number, Float64Array>();
  #start: WeightValues | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** In order, including members that the scheme rejected. */
  get members(): readonly MemberInMemory[] {
    return [...this.#members.values()];
  }

  async append(event: RunEvent): Promise<void> {
    this.events.push(event);
  }

  async saveCheckpoint(_checkpoint: Checkpoint): Promise<void> {}

  async saveAhead(_member: number, _ahead: AheadCheckpoint): Promise<void> {}

  async loadAhead(): Promise<undefined> {}

  async removeAhead(): Promise<void> {}

  async restore(): Promise<undefined> {}

  async announcedMembers(): Promise<undefined> {}

  async saveMember(
    record: MemberRecord,
    { weights, logits }: { model: LayersModel; weights: WeightValues; logits: MemberLogits },
  ): Promise<void> {
    this.#members.set(record.member, { record, weights, logits });
  }

  async loadMember(member: number): Promise<MemberInMemory> {
    const found = this.#members.get(member);
    if (!found) throw new RangeError(`member ${member} is not trained`);
    return found;
  }

  async saveStart(_model: LayersModel, weights: WeightValues): Promise<void> {
    this.#start = weights;
  }

  async loadStart(): Promise<WeightValues> {
    if (!this.#start) throw new RangeError("no start was trained");
    return this.#start;
  }

  async saveSampleWeights(member: number, sampleWeights: Float64Array): Promise<void> {
    this.#sampleWeights.set(member, sampleWeights);
  }

  async loadSampleWeights(member: number): Promise<Float64Array> {
    const found = this.#sampleWeights.get(member);
    if (!found) throw new RangeError(`member ${member} has no sample weights yet`);
    return found;
  }
}
