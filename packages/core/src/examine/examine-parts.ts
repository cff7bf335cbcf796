import * as tf from "../tensorflow.ts";
import { callPlugin } from "../checked/call-plugin.ts";
import { ContractError } from "../checked/contract-error.ts";
import type { Loss } from "../loss.ts";
import type { Metric } from "../metric.ts";
import type { Optimizer, ParameterStep } from "../optimizer.ts";
import type { Schedule } from "../schedule.ts";
import type { Voter } from "../voter.ts";
import { exampleNumbers } from "./example-numbers.ts";

// The cheap half of the conformance tests in testing/: each plugin computes one small example before anything is written. The checks of its
// contract (checked/) validate what it returns; numbers on a device are read and checked here.

const ROWS = 12;

/** @throws ContractError */
export function examineVoter(voter: Voter, classes: number): void {
  const logits = ["first", "second"].map((member) => exampleNumbers(ROWS * classes, member));
  const ballot = { logits, alphas: [1, 0.5], classes };
  voter.fit?.({ ...ballot, labels: labelsOf(classes) });
  voter.vote(ballot);
}

/** @throws ContractError */
export async function examineMetric(metric: Metric, who: string, classes: number): Promise<void> {
  const logits = exampleNumbers(ROWS * classes, "logits");
  metric.of(logits, labelsOf(classes));
  if (!metric.membersOnly) metric.of(Float64Array.from(logits), labelsOf(classes));
  const sums = callPlugin(who, "sum", "It gets logits [batch, classes] and labels [batch] and returns a scalar", () =>
    tf.tidy(() => {
      const sum = metric.sum?.(tf.tensor2d(logits, [ROWS, classes]), tf.tensor1d(labelsOf(classes), "int32"));
      return sum ? [sum] : [];
    }),
  );
  await checkNumbers(`${who}: sum returned`, sums);
}

/** @throws ContractError */
export async function examineLoss(loss: Loss, who: string, classes: number): Promise<void> {
  const numbers = callPlugin(who, "rows", "It gets { logits, labels } and returns the loss of each row, differentiable by the logits", () =>
    tf.tidy(() => {
      const labels = tf.tensor1d(labelsOf(classes), "int32");
      const teacher =
        loss.teacher === undefined ? {} : { teacherLogits: tf.tensor2d(exampleNumbers(ROWS * classes, "teacher"), [ROWS, classes]) };
      const ensemble = loss.additive
        ? { ensemble: { logits: tf.tensor2d(exampleNumbers(ROWS * classes, "ensemble"), [ROWS, classes]), weight: 2 } }
        : {};
      const sum = (x: tf.Tensor): tf.Scalar =>
        tf.sum(loss.rows({ logits: x as tf.Tensor2D, labels, epoch: 0, epochs: 1, ...teacher, ...ensemble }));
      const { value, grad } = tf.valueAndGrad(sum)(tf.tensor2d(exampleNumbers(ROWS * classes, "logits"), [ROWS, classes]));
      return [value, grad];
    }),
  );
  await checkNumbers(`${who}: rows, or its gradient, gave`, numbers);
}

const PARAMETERS = [
  { name: "conv1/kernel", isBinaryKernel: false, shape: [3, 3, 2, 4] },
  { name: "conv2/kernel", isBinaryKernel: true, shape: [1, 1, 4, 5] },
  { name: "conv2/bias", isBinaryKernel: false, shape: [5] },
];

/** @throws ContractError */
export async function examineOptimizer(optimizer: Optimizer, who: string): Promise<void> {
  const numbers = callPlugin(
    who,
    "update",
    "It gets steps and { learningRate, scheduled, step } and returns { weight, slots } for each step",
    () =>
      tf.tidy(() => {
        const steps = PARAMETERS.flatMap(({ shape, ...parameter }): ParameterStep[] => {
          if (!(optimizer.claims?.(parameter) ?? true)) return [];
          const size = shape.reduce((product, n) => product * n, 1);
          const tensor = (purpose: string): tf.Tensor => tf.tensor(exampleNumbers(size, purpose), shape);
          const slots = Object.fromEntries(optimizer.slots.map((slot) => [slot, tf.zeros(shape)]));
          return [{ parameter, weight: tensor("weight"), gradient: tensor("gradient"), slots }];
        });
        if (steps.length === 0) return [];
        return optimizer
          .update(steps, { learningRate: 1e-3, scheduled: 1, step: 1 })
          .flatMap(({ weight, slots }) => [weight, ...Object.values(slots)]);
      }),
  );
  await checkNumbers(`${who}: update returned`, numbers);
}

/** Checks the first and the last step of each epoch. @throws ContractError */
export function examineSchedule(
  schedule: Pick<Schedule, "rate">,
  at: { readonly learningRate: number; readonly epochs: number; readonly steps: number },
): void {
  for (let epoch = 0; epoch < at.epochs; epoch++) for (const step of new Set([0, at.steps - 1])) schedule.rate({ ...at, epoch, step });
}

function labelsOf(classes: number): Int32Array {
  return Int32Array.from({ length: ROWS }, (_, row) => row % classes);
}

/** Disposes the tensors. */
async function checkNumbers(from: string, tensors: readonly tf.Tensor[]): Promise<void> {
  const all = await Promise.all(tensors.map(async (tensor) => await tensor.data()));
  tf.dispose([...tensors]);
  const bad = all.flatMap((values) => [...values]).find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new ContractError(`${from} ${bad} for small and finite numbers. It must be finite.`);
}
