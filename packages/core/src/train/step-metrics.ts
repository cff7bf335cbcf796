import * as tf from "@tensorflow/tfjs";

/** Scalars that a step leaves on the device. */
export interface StepTensors {
  readonly loss: tf.Tensor;
  /** Sums of the metrics over the batch's rows, by name. */
  readonly metrics: Readonly<Record<string, tf.Tensor>>;
}

/** The numbers of a step. */
export interface StepResult {
  /** From 0, of the epoch. */
  readonly step: number;
  readonly rows: number;
  readonly loss: number;
  /** Sums over the batch's rows. */
  readonly metrics: Readonly<Record<string, number>>;
}

interface Group {
  readonly results: Promise<StepResult[]>;
  isRead: boolean;
}

/**
 * Messages from other threads are read only when the event loop turns, and numbers come from the device; this often is
 * enough for a key to feel prompt.
 */
export const YIELD_MILLISECONDS = 40;

/** Groups that a device may be behind: then whoever starts the steps waits for it. */
const MOST_GROUPS = 2;

/**
 * Numbers of steps on their way from the device. Reading one makes the reader wait until the device has done all that was
 * started, and the device then wait for the next step; so they are read a group of steps at a time, and not waited for.
 */
export class StepMetrics {
  #steps: (StepTensors & { readonly step: number; readonly rows: number })[] = [];
  #groups: Group[] = [];

  /** Takes the tensors, which it disposes. */
  add(step: number, rows: number, tensors: StepTensors): void {
    this.#steps.push({ step, rows, ...tensors });
  }

  /**
   * The results that have arrived, step by step; of all steps if `all`, else of as many as are there without waiting, unless
   * the device is far behind.
   */
  async read(all: boolean): Promise<StepResult[]> {
    if (this.#steps.length > 0) this.#groups.push(readGroup(this.#steps));
    this.#steps = [];
    if (!all) await new Promise((resolve) => setTimeout(resolve, 0)); // what was computed by now is read by then
    const results: StepResult[] = [];
    for (let [group] = this.#groups; group; [group] = this.#groups) {
      if (!all && !group.isRead && this.#groups.length <= MOST_GROUPS) break;
      results.push(...(await group.results));
      this.#groups.shift();
    }
    return results;
  }

  /** Lets go of what was not read. */
  dispose(): void {
    for (const step of this.#steps) tf.dispose(scalarsOf(step));
    this.#steps = [];
    this.#groups = [];
  }
}

type Steps = readonly (StepTensors & { readonly step: number; readonly rows: number })[];

function readGroup(steps: Steps): Group {
  const group: Group = { results: readSteps(steps), isRead: false };
  const wait = async (): Promise<void> => {
    await group.results.catch(() => {}); // thrown where the group is taken
    group.isRead = true;
  };
  void wait();
  return group;
}

async function readSteps(steps: Steps): Promise<StepResult[]> {
  const scalars = steps.flatMap(scalarsOf);
  const all = tf.tidy(() => tf.stack(scalars.map((scalar) => tf.cast(scalar, "float32"))));
  tf.dispose(scalars);
  try {
    const values = (await all.data()).values();
    const following = (): number => values.next().value ?? Number.NaN;
    return steps.map(({ step, rows, metrics }) => ({
      step,
      rows,
      loss: following(),
      metrics: Object.fromEntries(Object.keys(metrics).map((name) => [name, following()])),
    }));
  } finally {
    all.dispose();
  }
}

function scalarsOf({ loss, metrics }: StepTensors): tf.Tensor[] {
  return [loss, ...Object.values(metrics)];
}
