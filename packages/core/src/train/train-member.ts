import { createAugment } from "../augment.ts";
import { createRandom, deriveSeed, shuffle } from "../random.ts";
import { UserError } from "../user-error.ts";
import { checkFinite } from "./check-finite.ts";
import { drawRows } from "./draw-rows.ts";
import type { Emitted } from "./emitted.ts";
import { type Batch, imagesAhead, sendImages } from "./images-ahead.ts";
import { BitsProbe, SIGNS_GROUP } from "./layer-bits.ts";
import { memberOptimizer } from "./member-optimizer.ts";
import { KernelProfile } from "./kernel-profile.ts";
import type { MemberTask } from "./member-task.ts";
import { adviseOnMemory, nameOf, withMemoryAdvice } from "./memory-advice.ts";
import { readWeights, type WeightValues, writeWeights } from "./model-weights.ts";
import { partRows } from "./part-rows.ts";
import { pause } from "./pause.ts";
import { allRows } from "./predict-logits.ts";
import { ResidentImages } from "./resident-images.ts";
import type { MemberSteering } from "./run-store.ts";
import { scoreEpoch } from "./score-epoch.ts";
import { scoringWarnings } from "./scoring-warnings.ts";
import { StepMetrics, type StepResult, YIELD_MILLISECONDS } from "./step-metrics.ts";
import { takeRows } from "./take-rows.ts";
import { createStep } from "./train-step.ts";
import { AVERAGE_GROUP, WeightAverage } from "./weight-average.ts";

export type MemberOutcome =
  | { readonly finished: true; readonly weights: WeightValues; readonly bestEpoch: number }
  | { readonly finished: false };

/** Approximate number of `step` events per epoch. */
const STEP_EVENTS = 20;

/**
 * Trains one member: draws rows, trains batches, scores every few epochs, keeps the best weights, and saves checkpoints. Every random draw
 * derives from (seed, purpose, member, epoch, step), so stopping and resuming changes nothing.
 */
export async function* trainMember(task: MemberTask): AsyncGenerator<Emitted, MemberOutcome> {
  const { member, settings, run, model, data, control, parts } = task;
  const samples = data.train.labels.length;
  const steps = Math.ceil(samples / run.batchSize);
  const optimizer = memberOptimizer(model, parts.optimizers);
  const takeStep = createStep({ model, optimizer, loss: parts.loss, metrics: parts.metrics, partRows: partRows(run) });
  const average = run.averageWeights ? new WeightAverage(model, run.averageWeights.decay) : undefined;
  const bits = new BitsProbe(model, data.train, data.shape);
  const metrics = new StepMetrics();
  const kernels = new KernelProfile(member, task.profile);
  const resident = run.resident ? await ResidentImages.of(data.train, data.shape) : undefined;
  try {
    let { epoch, step: firstStep, lossSum, metricSums, rows: rowsDone, bestEpoch, bestScore } = task.from ?? start;
    const warned = new Set(task.from?.warned);
    let steering: MemberSteering = task.from?.steering ?? {};
    control.forgetSteering(member);
    const remedy = `The last good checkpoint is kept; lower learningRate (now ${settings.learningRate}) and start again.`;
    /** Reads the model's weights and checks that they are finite. */
    const finiteWeights = async (who: string): Promise<WeightValues> => {
      const weights = await readWeights(model);
      checkFinite(who, weights, remedy);
      return weights;
    };
    let best = task.from?.best ?? (await finiteWeights(`${nameOf(member)}, before its first epoch`));
    if (task.from) {
      writeWeights(model, task.from.weights);
      optimizer.restore(task.from.optimizerStep, task.from.slots);
      average?.restore(task.from.slots[AVERAGE_GROUP]);
      await bits.begin(task.from.weights, task.from.slots[SIGNS_GROUP]);
    } else {
      await bits.begin(best, undefined);
      yield { type: "member-start", member, epochs: settings.epochs, steps };
    }
    /** @param step steps done in the epoch; if these are all, only its scoring remains */
    const checkpoint = async (epoch: number, step: number, weights?: WeightValues): Promise<void> => {
      const who = `${nameOf(member)}, epoch ${step === 0 ? epoch : epoch + 1}`;
      weights ??= await finiteWeights(who);
      const signs = bits.packed();
      const slots = {
        ...(await optimizer.slots()),
        ...(average ? { [AVERAGE_GROUP]: await average.values() } : {}),
        ...(signs.size > 0 ? { [SIGNS_GROUP]: signs } : {}),
      };
      for (const [slot, values] of Object.entries(slots)) checkFinite(who, values, remedy, slot);
      await task.save({
        epoch,
        step,
        lossSum,
        metricSums,
        rows: rowsDone,
        bestEpoch,
        bestScore,
        optimizerStep: optimizer.step,
        weights,
        best,
        slots,
        ...(warned.size > 0 ? { warned: [...warned] } : {}),
        ...(steering.factor === undefined && steering.epochs === undefined ? {} : { steering }),
      });
    };
    let savedAt = performance.now();
    let yieldedAt = savedAt;

    for (; epoch < Math.min(settings.epochs, steering.epochs ?? Infinity); epoch++) {
      const draw = drawRows(task, epoch, "train");
      const order = shuffle(draw.kind === "rows" ? draw.rows.slice() : allRows(samples), createRandom(run.seed, "shuffle", member, epoch));
      const lossWeights = draw.kind === "weighted" ? meanOne(draw.sampleWeights) : undefined;
      const epochSteps = Math.ceil(order.length / run.batchSize);
      const rateOf = (step: number): number =>
        (steering.factor ?? 1) *
        parts.rate({ learningRate: settings.learningRate, epoch, epochs: settings.epochs, step, steps: epochSteps });
      const batch = (step: number): Batch => ({
        rows: order.subarray(step * run.batchSize, (step + 1) * run.batchSize),
        augment: () => createAugment(run.seed, member, epoch, step),
      });
      const startedAt = performance.now();
      let rowsTimed = 0;
      let pausedFor = 0;
      const every = Math.ceil(epochSteps / STEP_EVENTS);
      const isReported = (step: number): boolean => (step + 1) % every === 0 || step + 1 === epochSteps;
      /** Adds up the results that have arrived, and turns them into events. */
      const take = (results: readonly StepResult[]): Emitted[] =>
        results.flatMap(({ step, rows, loss, metrics }) => {
          if (!Number.isFinite(loss)) {
            throw new UserError(
              `${nameOf(member)}, epoch ${epoch + 1}, batch ${step + 1}: the loss is ${loss}. The last good checkpoint is kept; ` +
                `lower learningRate (now ${rateOf(step)}) and start again.`,
            );
          }
          for (const [name, sum] of Object.entries(metrics)) {
            if (!Number.isFinite(sum))
              throw new UserError(
                `${nameOf(member)}, epoch ${epoch + 1}, batch ${step + 1}: metric ${name} has a sum of ${sum}. Fix the metric's sum.`,
              );
          }
          lossSum += loss;
          metricSums = mapValues(metrics, (sum, name) => (metricSums[name] ?? 0) + sum);
          rowsDone += rows;
          rowsTimed += rows;
          if (!isReported(step)) return [];
          const imagesPerSecond = (1000 * rowsTimed) / (performance.now() - startedAt - pausedFor);
          const counts = { member, epoch, step: step + 1, steps: epochSteps };
          return [{ type: "step", ...counts, loss, metrics: mapValues(metrics, (sum) => sum / rows), clock: { imagesPerSecond } }];
        });

      for (let step = firstStep; step < epochSteps; step++) {
        const { rows } = batch(step);
        const images = resident ? undefined : await imagesAhead(data.train, batch(step), batch(step + 1));
        const result = await kernels.step(control, () =>
          withMemoryAdvice(member, rows.length, run, () =>
            takeStep({
              images: (from, to) => resident?.batch(batch(step), from, to) ?? sendImages(images, from, to, data.shape),
              labels: Int32Array.from(rows, (row) => data.train.labels[row] ?? 0),
              lossWeights: lossWeights && Float32Array.from(rows, (row) => lossWeights[row] ?? 0),
              teacherLogits: task.teacherLogits?.rows(rows),
              ensemble: task.ensemble && { ...task.ensemble, logits: takeRows(task.ensemble.logits, rows, data.labels.length) },
              learningRate: rateOf(step),
              scheduled: rateOf(step) / settings.learningRate,
              seed: deriveSeed(run.seed, "step", member, epoch, step),
              epoch,
              epochs: settings.epochs,
            }),
          ),
        );
        metrics.add(step, rows.length, result);
        const profiled = kernels.takeEvent();
        if (profiled) yield profiled;
        average?.update(optimizer.step);
        const isStopped = control.stop === "now" && step + 1 < epochSteps;
        const isLast = isStopped || control.paused || step + 1 === epochSteps;
        if (isLast || performance.now() - yieldedAt > YIELD_MILLISECONDS) {
          yield* take(await metrics.read(isLast).catch((error: unknown) => adviseOnMemory(member, rows.length, run, error)));
          yieldedAt = performance.now();
        }
        if (control.paused) {
          const pausedAt = performance.now();
          yield* pause(control);
          pausedFor += performance.now() - pausedAt;
        }
        // A request at the end of an epoch waits for the next one: a checkpoint there means that the epoch's event was emitted.
        const steered = step + 1 < epochSteps ? control.takeSteering(member, epoch, step + 1) : [];
        for (const asked of steered) {
          yield* take(await metrics.read(true));
          const { factor: before = 1 } = steering;
          const { action } = asked;
          steering = action === "end-member" ? { ...steering, epochs: epoch + 1 } : { ...steering, factor: before * asked.factor };
          yield { type: "steer", member, epoch, step: step + 1, action, ...(action === "learning-rate" ? { factor: asked.factor } : {}) };
        }
        if (steered.length > 0 && control.stop !== "now") await checkpoint(epoch, step + 1); // so that a killed run does not forget it
        if (control.stop === "now" && step + 1 < epochSteps) {
          yield* take(await metrics.read(true));
          yield { type: "control", state: "stopping" };
          await checkpoint(epoch, step + 1);
          return { finished: false };
        }
      }

      const seconds = (performance.now() - startedAt - pausedFor) / 1000;
      // The log of a run that was stopped during scoring has this event already.
      if (firstStep < epochSteps) {
        yield {
          type: "epoch",
          member,
          epoch,
          epochs: settings.epochs,
          loss: lossSum / epochSteps,
          metrics: mapValues(metricSums, (sum) => sum / rowsDone),
          learningRate: rateOf(epochSteps - 1),
          clock: { seconds, imagesPerSecond: rowsTimed / seconds },
        };
      }

      const last = epoch + 1 === Math.min(settings.epochs, steering.epochs ?? Infinity);
      const isLogged = firstStep >= epochSteps;
      const isDue = (): boolean => performance.now() - savedAt > run.checkpointSeconds * 1000;
      const who = `${nameOf(member)}, epoch ${epoch + 1}`;
      let weights = await finiteWeights(who);
      if (!isLogged) {
        const layers = await bits.measure(weights);
        if (layers.length > 0) yield { type: "bits", member, epoch, layers };
      }
      if (last || (epoch + 1) % run.scoreEvery === 0) {
        if (isDue()) await checkpoint(epoch, epochSteps, weights); // scoring may take as long as the epoch
        const score = yield* scoreEpoch(task, epoch, { weights, average, resident, read: () => finiteWeights(who) });
        if (!score) {
          await checkpoint(epoch, epochSteps, weights);
          return { finished: false };
        }
        const { metric, name } = parts.scoredBy;
        const isBest = bestEpoch < 0 || (metric.better === "higher" ? score.value >= bestScore : score.value <= bestScore);
        if (isBest) {
          bestEpoch = epoch;
          bestScore = score.value;
          best = score.scored;
        }
        weights = score.trained; // scoring projects latent kernels permanently
        yield { type: "score", member, epoch, on: run.scoreOn, metric: name, value: score.value, best: isBest };
        const sum = metricSums[name];
        for (const { kind, message } of scoringWarnings(task, epoch, score, sum === undefined ? undefined : sum / rowsDone)) {
          if (warned.has(kind)) continue;
          warned.add(kind);
          yield { type: "warning", member, message };
        }
      }
      firstStep = lossSum = rowsDone = 0;
      metricSums = {};
      if (control.stopsMember && !last) {
        yield { type: "control", state: "stopping" };
        await checkpoint(epoch + 1, 0, weights);
        return { finished: false };
      }
      if (last || isDue()) {
        await checkpoint(epoch + 1, 0, weights);
        savedAt = performance.now();
      }
    }
    writeWeights(model, best);
    return { finished: true, weights: best, bestEpoch };
  } finally {
    metrics.dispose();
    resident?.dispose();
    average?.dispose();
    optimizer.dispose();
  }
}

const noSums: Readonly<Record<string, number>> = {};
const start = { epoch: 0, step: 0, lossSum: 0, metricSums: noSums, rows: 0, bestEpoch: -1, bestScore: 0 };

/** Scales weights to a mean of 1, so that a weighted loss has the scale of an unweighted one; negative weights count as 0. */
function meanOne(sampleWeights: Float64Array): Float64Array {
  const clipped = sampleWeights.map((w) => Math.max(0, w));
  const mean = clipped.reduce((sum, w) => sum + w, 0) / clipped.length;
  return clipped.map((w) => w / mean);
}

function mapValues(values: Readonly<Record<string, number>>, of: (value: number, name: string) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, of(value, name)]));
}
