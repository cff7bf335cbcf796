import type * as tf from "../tensorflow.ts";
import type { Backend, DeviceLimits, ProfileRow } from "../backend.ts";
import type { Split } from "../dataset.ts";
import { OutOfMemoryError } from "../out-of-memory.ts";
import { deriveSeed } from "../random.ts";
import { partRows } from "../train/part-rows.ts";
import { imagesAhead, sendImages } from "../train/images-ahead.ts";
import { adviseOnMemory, withMemoryAdvice } from "../train/memory-advice.ts";
import { type MemberOptimizer, memberOptimizer } from "../train/member-optimizer.ts";
import type { MemberParts } from "../train/member-parts.ts";
import { forward } from "../train/forward-batches.ts";
import { allRows, predictLogits, prepareLayers } from "../train/predict-logits.ts";
import { ResidentImages } from "../train/resident-images.ts";
import { type ResolvedConfig, settingsOf } from "../train/resolve-config.ts";
import { StepMetrics, type StepTensors, YIELD_MILLISECONDS } from "../train/step-metrics.ts";
import { createStep, type TrainBatch } from "../train/train-step.ts";
import { EVALUATION } from "../layer-context.ts";
import { averageRows } from "../average-rows.ts";

/** A training step, or an evaluation step, which is the forward pass alone. */
export type StepKind = "training" | "evaluation";

/** Average time of one step, measured over consecutive steps. */
export interface StepTime {
  readonly milliseconds: number;
  /** Part of the time until the step was started; the rest is waiting for the device. Only of training steps. */
  readonly starting?: number;
}

interface BenchOptions {
  readonly config: ResolvedConfig;
  readonly member: number;
  /** The active backend. */
  readonly backend: Backend;
  /** The member's network. `MemberBench` disposes it. */
  readonly model: tf.LayersModel;
  readonly parts: MemberParts;
  /** Images for one batch. */
  readonly split: Split;
  readonly shape: readonly [number, number, number];
  readonly classes: number;
}

/** Runs the training and evaluation steps of a member repeatedly on the same batch, and times them. */
export class MemberBench {
  readonly #options: BenchOptions;
  readonly #optimizer: MemberOptimizer;
  readonly #takeStep: (batch: TrainBatch) => StepTensors;
  readonly #resident: ResidentImages | undefined;
  readonly #rows: Int32Array;
  #steps = 0;

  private constructor(options: BenchOptions, resident: ResidentImages | undefined) {
    this.#options = options;
    const { model, parts, config } = options;
    this.#optimizer = memberOptimizer(model, parts.optimizers);
    this.#takeStep = createStep({
      model,
      optimizer: this.#optimizer,
      loss: parts.loss,
      metrics: parts.metrics,
      partRows: partRows(config),
    });
    this.#resident = resident;
    this.#rows = allRows(options.split.labels.length);
  }

  static async of(options: BenchOptions): Promise<MemberBench> {
    const { config, split, shape } = options;
    return new MemberBench(options, config.resident ? await ResidentImages.of(split, shape) : undefined);
  }

  /**
   * Runs `steps` steps as a training run does: it starts each step without waiting for the previous one.
   * @throws UserError if the batch does not fit into memory
   */
  async time(kind: StepKind, steps: number): Promise<StepTime> {
    return await (kind === "training" ? this.#train(steps) : this.#evaluate(steps)).catch((error: unknown) => this.#advise(error));
  }

  /**
   * Profiles one step, by kernel.
   * @returns rows for one step, averaged over `steps` steps; empty if the backend cannot profile
   */
  async profile(kind: StepKind, steps: number): Promise<ProfileRow[]> {
    const { backend, model } = this.#options;
    const profiles: ProfileRow[][] = [];
    for (let i = 0; i < steps; i++) {
      const images = await this.#images();
      const results: tf.Tensor[] = [];
      const run = (): void => {
        if (kind === "training") {
          const { loss, metrics } = this.#trainStep(images);
          results.push(loss, ...Object.values(metrics));
        } else {
          prepareLayers(model, EVALUATION);
          results.push(forward(model, () => this.#batch(images, 0, this.#rows.length)));
        }
      };
      profiles.push((await backend.profile?.(run).catch((error: unknown) => this.#advise(error))) ?? []);
      for (const result of results) result.dispose();
    }
    return averageRows(profiles);
  }

  /** @returns the device's peak throughput, or undefined if the backend cannot measure it or memory is too small */
  async limits(): Promise<DeviceLimits | undefined> {
    try {
      return await this.#options.backend.limits?.();
    } catch (error) {
      if (error instanceof OutOfMemoryError) return undefined;
      throw error;
    }
  }

  dispose(): void {
    this.#resident?.dispose();
    this.#optimizer.dispose();
    this.#options.model.dispose();
  }

  async #train(steps: number): Promise<StepTime> {
    const metrics = new StepMetrics();
    const start = performance.now();
    let starting = 0;
    let yieldedAt = start;
    try {
      for (let step = 0; step < steps; step++) {
        const images = await this.#images();
        const startedAt = performance.now();
        metrics.add(step, this.#rows.length, this.#trainStep(images));
        starting += performance.now() - startedAt;
        const isLast = step + 1 === steps;
        if (!isLast && performance.now() - yieldedAt <= YIELD_MILLISECONDS) continue;
        await metrics.read(isLast);
        yieldedAt = performance.now();
      }
    } finally {
      metrics.dispose();
    }
    return { milliseconds: (performance.now() - start) / steps, starting: starting / steps };
  }

  async #evaluate(steps: number): Promise<StepTime> {
    const { config, model, split, shape, classes } = this.#options;
    const batch = this.#rows.length;
    const rows = Int32Array.from({ length: steps * batch }, (_, i) => i % batch);
    const start = performance.now();
    const options = { who: "bench", batchSize: partRows(config), shape, classes, resident: this.#resident };
    for await (const _ of predictLogits(model, split, rows, options));
    return { milliseconds: (performance.now() - start) / steps };
  }

  #trainStep(images: Float32Array | undefined): StepTensors {
    const { config, member, split, parts, classes } = this.#options;
    const { learningRate, epochs } = settingsOf(config, member);
    return withMemoryAdvice(member, this.#rows.length, config, () =>
      this.#takeStep({
        images: (from, to) => this.#batch(images, from, to),
        labels: split.labels,
        ...(parts.loss.additive ? { ensemble: { logits: new Float32Array(split.labels.length * classes), weight: 1 } } : {}),
        ...(parts.loss.teacher === undefined ? {} : { teacherLogits: new Float32Array(split.labels.length * classes) }),
        learningRate,
        seed: deriveSeed(config.seed, "step", member, 0, this.#steps++),
        epoch: 0,
        epochs,
      }),
    );
  }

  async #images(): Promise<Float32Array | undefined> {
    return this.#resident ? undefined : await imagesAhead(this.#options.split, { rows: this.#rows });
  }

  #batch(images: Float32Array | undefined, from: number, to: number): tf.Tensor4D {
    return this.#resident?.batch({ rows: this.#rows }, from, to) ?? sendImages(images, from, to, this.#options.shape);
  }

  #advise(error: unknown): never {
    const { member, config } = this.#options;
    return adviseOnMemory(member, this.#rows.length, config, error);
  }
}
