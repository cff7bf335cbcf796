import { binaryLayers } from "@benn/arch-nin";
import type { DependencyContainer } from "@benn/core";
import { type ArrangedBatch, batchInParts } from "./batch-in-parts.ts";
import { type Check, relativeError } from "./check.ts";
import type { GoldenFile } from "./golden-file.ts";
import { kernelFromReference, takeRows } from "./layout.ts";
import { evaluateNin } from "./nin-evaluation.ts";
import { ninWeightName } from "./nin-weight-name.ts";
import { kindOf } from "./nin-net.ts";
import { type NinTraining, trainNin } from "./nin-training.ts";
import { once } from "./once.ts";
import type { OpenOptions } from "./open-folder.ts";

/**
 * Relative to a tensor's norm. Of gradients and parameters: how far float32 and float64 runs of the reference itself lie
 * apart. Of logits and losses: twice that, since here both sides are float32. A kernel is but a mean away from the file's.
 */
const TOLERANCES = { kernels: 1e-6, logits: 2e-6, losses: 2e-6, gradients: 5e-5, parameters: 2e-5 };

/** The weight right before a batch norm that takes it away again: SB's first bias, whose true gradient is 0. */
const NO_GRADIENT = { bias: "xnor.0.bias", kernel: "xnor.0.weight", mean: "xnor.1.running_mean" };

/** A net in evaluation and, with `training`, through as many steps as the file has losses: of its batch as it is, and of one in parts. */
export function ninChecks(
  file: GoldenFile,
  container: DependencyContainer,
  { training, parts, createStep }: Required<OpenOptions>,
): Check[] {
  const evaluation = once(() => evaluateNin(file, container));
  const checks = [
    ...each(file, "latent_after_binarize/", TOLERANCES.kernels, async (i) => (await evaluation()).latents[Number(i)]),
    ...each(file, "binarized/", TOLERANCES.kernels, async (i) => (await evaluation()).binarized[Number(i)]),
    ...each(file, "eval_logits", TOLERANCES.logits, async () => (await evaluation()).logits),
  ];
  if (!training || !file.has("losses")) return checks;
  leaveOutNoise(file);
  const labels = Int32Array.from(file.numbers("y"));
  const [, classes = 0] = file.shape("train_logits_step0");
  const trained = (batch: ArrangedBatch): Check[] =>
    trainingChecks(
      file,
      batch,
      once(() => trainNin(file, container, createStep, batch)),
    );
  checks.push(...trained({ rows: Int32Array.from(labels.keys()), labels }));
  if (!parts) return checks;
  const inParts = trained(batchInParts(labels, classes)).filter(({ name }) => !/running_(mean|var)$/.test(name));
  file.notes.push("Not compared in parts: running statistics, which take up those of every part.");
  return [...checks, ...inParts.map((check) => ({ ...check, name: `${check.name} in parts` }))];
}

function trainingChecks(file: GoldenFile, { rows }: ArrangedBatch, training: () => Promise<NinTraining>): Check[] {
  const own = (name: string): string => ninWeightName(kindOf(file), name);
  return [
    {
      name: "train_logits_step0",
      tolerance: TOLERANCES.logits,
      measure: async () => relativeError((await training()).logits, takeRows(file.tensor("train_logits_step0"), rows).values),
    },
    ...each(file, "raw_grad_step0/", TOLERANCES.gradients, async (name) => (await training()).rawGradients.get(own(name))),
    ...each(file, "grad_step0/", TOLERANCES.gradients, async (name) => (await training()).gradients.get(own(name))),
    ...(file.has(`grad_step0/${NO_GRADIENT.bias}`)
      ? [
          {
            name: `grad_step0/${NO_GRADIENT.bias} is 0 beside its kernel's`,
            tolerance: TOLERANCES.gradients,
            measure: async () => {
              const { gradients } = await training();
              return norm(gradients.get(own(NO_GRADIENT.bias))) / norm(gradients.get(own(NO_GRADIENT.kernel)));
            },
          },
        ]
      : []),
    ...Array.from(file.numbers("losses"), (loss, step) => ({
      name: `losses/${step}`,
      tolerance: TOLERANCES.losses,
      measure: async () => relativeError([(await training()).losses[step] ?? Number.NaN], [loss]),
    })),
    // A count, since most latent kernels stay the same when they are projected once more.
    {
      name: "kernels are projected once a step",
      tolerance: 0,
      measure: async () => Math.abs((await training()).projections - binaryLayers(kindOf(file)).length * file.numbers("losses").length),
    },
    ...savedSteps(file).flatMap((step) =>
      each(file, `after_step${step}/`, TOLERANCES.parameters, async (name) => (await training()).weights[step - 1]?.get(own(name))),
    ),
  ];
}

/** Steps after which the file has the weights. */
function savedSteps(file: GoldenFile): number[] {
  return [...new Set(file.match(/^after_step(\d+)\//).map(([, step]) => Number(step)))];
}

/** A check for every tensor whose name begins so and that is not left out; `ours` gets the rest of the name. */
function each(
  file: GoldenFile,
  prefix: string,
  tolerance: number,
  ours: (rest: string) => Promise<ArrayLike<number> | undefined>,
): Check[] {
  return file
    .match(new RegExp(`^${prefix}(.*)$`))
    .filter(([name]) => !file.isLeftOut(name))
    .map(([name, rest = ""]) => ({
      name,
      tolerance,
      measure: async () => relativeError((await ours(rest)) ?? [], kernelFromReference(file.tensor(name)).values),
    }));
}

/**
 * What rests on a gradient that is rounding noise, which Adam makes steps of: the bias itself, and from the second step on
 * the running mean that it moves.
 */
function leaveOutNoise(file: GoldenFile): void {
  const steps = savedSteps(file);
  const names = [
    ...["raw_grad_step0", "grad_step0"].map((group) => `${group}/${NO_GRADIENT.bias}`),
    ...steps.map((step) => `after_step${step}/${NO_GRADIENT.bias}`),
    ...steps.filter((step) => step > 1).map((step) => `after_step${step}/${NO_GRADIENT.mean}`),
  ].filter((name) => file.has(name));
  if (names.length > 0) {
    file.leaveOut(names, `Left out: ${names.join(", ")}. Their true gradient is 0 (a batch norm follows), so these are rounding noise.`);
  }
}

function norm(values: Float32Array | undefined): number {
  return Math.sqrt(values?.reduce((sum, value) => sum + value ** 2, 0) ?? Number.NaN);
}
