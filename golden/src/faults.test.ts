import { fileURLToPath } from "node:url";
import {
  type Binarizer,
  BINARIZERS,
  type Definition,
  type DependencyContainer,
  type Optimizer,
  OPTIMIZERS,
  type ParameterStep,
  type UpdateStep,
} from "@benn/core";
import { createStep, prepareLayers, type StepParts, type StepTensors, type TrainBatch } from "@benn/core/internals";
import { type InjectionToken, Registry } from "@benn/core/node";
import { binaryLayers } from "@benn/arch-nin";
import * as tf from "@benn/core/tensorflow";
import { beforeAll, expect, test } from "vitest";
import { activateBackend } from "./activate-backend.ts";
import { measure } from "./measure.ts";
import { openContainer } from "./open-container.ts";
import { openFolder } from "./open-folder.ts";

// The sensitivity of the training checks: core's own step, Adam and projection, each with one fault that some check must find.

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));

interface AdamOptions {
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
}

interface Fault {
  readonly createStep?: typeof createStep;
  readonly adam?: (create: (options: AdamOptions) => Optimizer, options: AdamOptions) => Optimizer;
  /** @param call counts the projections of a training, from 0 */
  readonly project?: (project: Binarizer["project"], w: tf.Tensor, call: number) => tf.Tensor;
}

/** Core's step, with a change before, in or after it. */
const around = (take: (step: (batch: TrainBatch) => StepTensors, batch: TrainBatch, parts: StepParts) => StepTensors): Fault => ({
  createStep: (parts) => {
    const step = createStep(parts);
    return (batch) => take(step, batch, parts);
  },
});

const onBatch = (change: (batch: TrainBatch, partRows: number) => Partial<TrainBatch>): Fault =>
  around((step, batch, { partRows }) => step({ ...batch, ...change(batch, partRows ?? batch.labels.length) }));

interface Row {
  readonly row: number;
  readonly rows: number;
  readonly partRows: number;
  /** Rows of the part that the row is in. */
  readonly own: number;
  readonly weights: Float32Array;
}

/** Gives rows other weights: a part with a wrong share is one whose rows have wrong weights. */
const weighing = (weight: (at: Row) => number): Fault =>
  onBatch(({ labels, lossWeights: weights = new Float32Array(labels.length).fill(1) }, partRows) => {
    const rows = labels.length;
    const own = (row: number): number => Math.min(partRows, rows - row + (row % partRows));
    return { lossWeights: weights.map((_, row) => weight({ row, rows, partRows, own: own(row), weights })) };
  });

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);

const project = ({ model }: StepParts, { seed, epoch, epochs }: TrainBatch): void =>
  prepareLayers(model, { training: true, seed, epoch, epochs });

/** Changes the steps that Adam receives. */
const onUpdate = (change: (steps: readonly ParameterStep[], at: UpdateStep) => readonly [readonly ParameterStep[], UpdateStep]): Fault => ({
  adam: (create, options) => {
    const adam = create(options);
    return { ...adam, update: (steps, at) => adam.update(...change(steps, at)) };
  },
});

const onStep = (count: (step: number) => number): Fault => onUpdate((steps, at) => [steps, { ...at, step: count(at.step) }]);
const withOptions = (change: (options: AdamOptions) => Partial<AdamOptions>): Fault => ({
  adam: (create, options) => create({ ...options, ...change(options) }),
});

/** Found only if the batch is in parts, or weighted. */
const faultsOfParts: Readonly<Record<string, Fault>> = {
  "adds parts up without their shares": weighing(({ row, rows, own, weights }) => ((weights[row] ?? 0) * rows) / own),
  "takes the plain mean of the parts": weighing(
    ({ row, rows, partRows, own, weights }) => ((weights[row] ?? 0) * rows) / own / Math.ceil(rows / partRows),
  ),
  "ignores the loss weights": weighing(() => 1),
  "takes the loss weights of the first part in all": weighing(({ row, partRows, weights }) => weights[row % partRows] ?? 0),
  "divides each part by the sum of its weights": weighing(({ row, partRows, own, weights }) => {
    const from = row - (row % partRows);
    return ((weights[row] ?? 0) * own) / sum(weights.subarray(from, from + own));
  }),
  "takes the first part alone": weighing(({ row, partRows, weights }) => (row < partRows ? (weights[row] ?? 0) : 0)),
  "takes the last part alone": weighing(({ row, own, rows, weights }) => (row >= rows - own ? (weights[row] ?? 0) : 0)),
  "takes the labels of the first part in all": onBatch(({ labels }, partRows) => ({
    labels: labels.map((_, row) => labels[row % partRows] ?? 0),
  })),
  "takes the images of the first part in all": onBatch(({ images }) => ({ images: (from, to) => images(0, to - from) })),
  "updates after every part": {
    createStep: (parts) => (batch) => {
      const { partRows = batch.labels.length } = parts;
      const rows = batch.labels.length;
      const results = [];
      for (let from = 0; from < rows; from += partRows) {
        const to = Math.min(rows, from + partRows);
        const step = createStep({
          ...parts,
          observer: { ...parts.observer, logits: (logits, at) => parts.observer?.logits?.(logits, from + at) },
        });
        results.push(
          step({
            ...batch,
            images: (first, end) => batch.images(from + first, from + end),
            labels: batch.labels.subarray(from, to),
            lossWeights: batch.lossWeights?.subarray(from, to).map((weight) => (weight * (to - from)) / rows),
          }),
        );
      }
      const loss = tf.addN(results.map((result) => result.loss));
      tf.dispose(results.map((result) => result.loss));
      return { loss, metrics: {} };
    },
  },
  "projects before every part": around((step, batch, parts) => {
    const images: TrainBatch["images"] = (from, to) => {
      if (from > 0) project(parts, batch);
      return batch.images(from, to);
    };
    return step({ ...batch, images });
  }),
};

const otherFaults: Readonly<Record<string, Fault>> = {
  "sums the rows up": weighing(({ row, rows, weights }) => (weights[row] ?? 0) * rows),
  "has a learning rate that is 1 % off": onBatch(({ learningRate }) => ({ learningRate: learningRate * 1.01 })),
  "does not project": { project: (_, w) => w.clone() },
  "projects before the first step alone": {
    project: (project, w, call) => (call < binaryLayers("nin").length ? project(w) : w.clone()),
  },
  "projects twice": around((step, batch, parts) => {
    project(parts, batch);
    return step(batch);
  }),
  "projects after the update too": around((step, batch, parts) => {
    const results = step(batch);
    project(parts, batch);
    return results;
  }),
  "projects after the update in place of before": projectingAfter(),
  "leaves weight decay out": withOptions(() => ({ weightDecay: 0 })),
  "has twice the weight decay": withOptions(({ weightDecay }) => ({ weightDecay: 2 * weightDecay })),
  "takes weight decay off the weights instead of adding it to the gradient": {
    adam: (create, options) => {
      const adam = create({ ...options, weightDecay: 0 });
      return {
        ...adam,
        update: (steps, at) =>
          adam.update(
            steps.map((step) => ({ ...step, weight: tf.mul(step.weight, 1 - at.learningRate * options.weightDecay) })),
            at,
          ),
      };
    },
  },
  "has weight decay for kernels alone": {
    adam: (create, options) => {
      const [adam, plain] = [create(options), create({ ...options, weightDecay: 0 })];
      return { ...adam, update: (steps, at) => steps.flatMap((step) => (step.weight.rank > 1 ? adam : plain).update([step], at)) };
    },
  },
  "has no weight decay for binary kernels": {
    adam: (create, options) => {
      const [adam, plain] = [create(options), create({ ...options, weightDecay: 0 })];
      return { ...adam, update: (steps, at) => steps.flatMap((step) => (step.parameter.isBinaryKernel ? plain : adam).update([step], at)) };
    },
  },
  "does not correct the moments' bias": onStep(() => 1e6),
  "corrects the moments' bias for a step more": onStep((step) => step + 1),
  "corrects the moments' bias for a step less": onStep((step) => Math.max(1, step - 1)),
  "does not count steps": onStep(() => 1),
  "confuses the betas": withOptions(({ beta1, beta2 }) => ({ beta1: beta2, beta2: beta1 })),
  "forgets the moments": onUpdate((steps, at) => [
    steps.map((step) => ({
      ...step,
      slots: Object.fromEntries(Object.entries(step.slots).map(([name, slot]) => [name, tf.zerosLike(slot)])),
    })),
    at,
  ]),
  "takes the gradient of another parameter": onUpdate((steps, at) => [
    steps.map((step, i) => ({
      ...step,
      gradient:
        steps.find(({ weight }, other) => other > i && String(weight.shape) === String(step.weight.shape))?.gradient ?? step.gradient,
    })),
    at,
  ]),
};

function projectingAfter(): Fault {
  let isAfter = false;
  return {
    project: (project, w) => (isAfter ? project(w) : w.clone()),
    ...around((step, batch, parts) => {
      const results = step(batch);
      isAfter = true;
      project(parts, batch);
      isAfter = false;
      return results;
    }),
  };
}

/** Replaces a registered definition. */
function replace<T>(
  container: DependencyContainer,
  token: InjectionToken<Registry<T>>,
  name: string,
  create: (made: Definition<T>["create"]) => Definition<T>["create"],
): void {
  const { definition } = container.resolve(token).entry(name);
  const registry = new Registry<T>(name);
  registry.add(name, { ...definition, create: create(definition.create) });
  container.register(token, { useValue: registry });
}

/** Names of the NIN's checks whose error a fault makes too large. */
async function failed({ createStep, adam, project }: Fault): Promise<string[]> {
  const container = await openContainer();
  if (adam) {
    replace(
      container,
      OPTIMIZERS,
      "adam",
      (create) => (options) => adam((changed) => create({ ...changed }), options as unknown as AdamOptions),
    );
  }
  if (project) {
    replace(container, BINARIZERS, "deterministic", (create) => (options) => {
      const binarizer = create(options);
      let calls = 0;
      return { ...binarizer, project: (w) => project(binarizer.project, w, calls++) };
    });
  }
  const nin = openFolder(FIXTURES, container, createStep ? { createStep } : {}).find(({ file }) => file === "nin_sb.safetensors");
  const results = [];
  for (const check of nin?.checks ?? []) results.push(await measure(check));
  expect(results.filter(({ problem }) => problem !== undefined)).toEqual([]);
  return results.filter(({ passed }) => !passed).map(({ name }) => name);
}

const isInParts = (name: string): boolean => name.endsWith(" in parts");

beforeAll(() => activateBackend("wasm"));

test("without a fault no check fails", async () => {
  expect(await failed({})).toEqual([]);
});

test.for(Object.entries(faultsOfParts))("training that %s fails checks in parts, and those alone", async ([, fault]) => {
  const names = await failed(fault);
  expect(names).not.toEqual([]);
  expect(names.filter((name) => !isInParts(name))).toEqual([]);
});

test.for(Object.entries(otherFaults))("training that %s fails checks of the whole batch and checks in parts", async ([, fault]) => {
  const names = await failed(fault);
  expect(names.filter(isInParts)).not.toEqual([]);
  expect(names.filter((name) => !isInParts(name))).not.toEqual([]);
});
