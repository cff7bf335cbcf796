import * as tf from "../tensorflow.ts";

/** Scalars of one step, left on the device. */
export interface StepTensors {
  readonly loss: tf.Tensor;
  /** Sums of the metrics over the batch's rows, by name. */
  readonly metrics: Readonly<Record<string, tf.Tensor>>;
}

/** The metrics of one step. */
export interface StepResult {
  /** From 0, within the epoch. */
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
 * Messages from other threads are processed only when the event loop runs, and results come from the device; this interval is short enough
 * for keys to feel responsive.
 */
export const YIELD_MILLISECONDS = 40;

/** Maximum number of groups that a device may lag behind; the caller that starts the steps then waits for it. */
const MOST_GROUPS = 2;

/**
 * Results of steps that are still being read from the device. Waiting for one would stall both sides: the reader until the device has
 * finished everything that was started, and the device until the next step. Results are therefore read asynchronously, one group of steps
 * at a time.
 */
export class StepMetrics {
  #steps: (StepTensors & { readonly step: number; readonly rows: number })[] = [];
  #groups: Group[] = [];

  /** Takes ownership of the tensors and disposes them. */
  add(step: number, rows: number, tensors: StepTensors): void {
    this.#steps.push({ step, rows, ...tensors });
  }

  /**
   * Returns the results that have arrived, step by step; with `all`, those of all steps, otherwise those available without waiting, unless
   * the device is far behind.
   */
  async read(all: boolean): Promise<StepResult[]> {
    if (this.#steps.length > 0) this.#groups.push(readGroup(this.#steps));
    this.#steps = [];
    if (!all) await new Promise((resolve) => setTimeout(resolve, 0)); // lets reads finish that are complete by now
    const results: StepResult[] = [];
    for (let [group] = this.#groups; group; [group] = this.#groups) {
      if (!all && !group.isRead && this.#groups.length <= MOST_GROUPS) break;
      results.push(...(await group.results));
      this.#groups.shift();
    }
    return results;
  }

  /** Releases what was not read. */
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
    await group.results.catch(() => {}); // thrown when the group is taken
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
