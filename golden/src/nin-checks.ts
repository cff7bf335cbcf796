import { binaryLayers } from "@benn/arch-nin";
import type { DependencyContainer } from "@benn/core";
import { type ArrangedBatch, batchInParts } from "./batch-in-parts.ts";
import { type Check, relativeError } from "./check.ts";
import type { GoldenFile } from "./golden-file.ts";
import { kernelFromReference, takeRows } from "./layout.ts";
import { type Choice, edgeLine } from "./edge-value.ts";
import { evaluateNin, type NinEvaluation } from "./nin-evaluation.ts";
import { ninWeightName } from "./nin-weight-name.ts";
import { kindOf } from "./nin-net.ts";
import { type NinTraining, trainNin } from "./nin-training.ts";
import { once } from "./once.ts";
import type { OpenOptions } from "./open-options.ts";
import { type Run, searchSides } from "./search-sides.ts";

/**
 * Relative to a tensor's norm. For gradients and parameters: the difference between float32 and float64 runs of the reference itself. For
 * logits and losses: twice that, since here both sides are float32. A kernel differs from the file's only by a mean.
 */
const TOLERANCES = { kernels: 1e-6, logits: 2e-6, losses: 2e-6, gradients: 5e-5, parameters: 2e-5 };

/** The weight right before a batch norm that cancels it: SB's first bias, whose true gradient is 0. */
const NO_GRADIENT = { bias: "xnor.0.bias", kernel: "xnor.0.weight", mean: "xnor.1.running_mean" };

/** A check of one of our runs: its error, given the run. */
interface RunCheck<T> {
  readonly name: string;
  readonly tolerance: number;
  /**
   * Training step in which the numbers are computed, from 0; also 0 in evaluation, and −1 for numbers that no value before a sign affects.
   */
  readonly step: number;
  readonly errorOf: (run: T) => number;
}

/**
 * A network in evaluation and, with `training`, through as many steps as the file has losses: with its batch as it is, and with one in
 * parts.
 */
export function ninChecks(
  file: GoldenFile,
  container: DependencyContainer,
  { training, parts, createStep }: Required<OpenOptions>,
): Check[] {
  const checks = measured(file, "", evaluationChecks(file), (choices) => evaluateNin(file, container, choices));
  if (!training || !file.has("losses")) return checks;
  leaveOutNoise(file);
  const labels = Int32Array.from(file.numbers("y"));
  const [, classes = 0] = file.shape("train_logits_step0");
  const trained = (suffix: string, batch: ArrangedBatch, isCompared: (name: string) => boolean): Check[] => {
    const own = trainingChecks(file, batch).filter(({ name }) => isCompared(name));
    return measured(file, suffix, own, (choices) => trainNin(file, container, createStep, batch, choices));
  };
  checks.push(...trained("", { rows: Int32Array.from(labels.keys()), labels }, () => true));
  if (!parts) return checks;
  checks.push(...trained(" in parts", batchInParts(labels, classes), (name) => !/running_(mean|var)$/.test(name)));
  file.notes.push("Not compared in parts: running statistics, which take up those of every part.");
  return checks;
}

/** All checks of one run, which is made once, and again with values on an edge moved to the other side if its numbers do not fit. */
function measured<T>(
  file: GoldenFile,
  suffix: string,
  checks: readonly RunCheck<T>[],
  run: (choices: readonly Choice[]) => Promise<Run<T>>,
): Check[] {
  const misfit = (result: T): number | undefined => {
    const steps = checks.filter((check) => !passes(check, result)).map(({ step }) => step);
    return steps.length === 0 ? undefined : Math.min(...steps);
  };
  const found = once(async () => {
    const sides = await searchSides(run, misfit);
    const layers = binaryLayers(kindOf(file));
    for (const choice of sides.choices) file.notes.push(`On an edge${suffix}: ${edgeLine(choice, layers)}. All else is held to that.`);
    if (!sides.fits && sides.edgeValues.length > 0) {
      file.notes.push(
        `Values before a sign that lie on an edge${suffix}: ${sides.edgeValues.length}. On no side of it do they explain what fails.`,
      );
    }
    return sides.result;
  });
  return checks.map(({ name, tolerance, errorOf }) => ({
    name: `${name}${suffix}`,
    tolerance,
    measure: async () => errorOf(await found()),
  }));
}

function passes<T>({ errorOf, tolerance }: RunCheck<T>, run: T): boolean {
  try {
    return errorOf(run) <= tolerance;
  } catch {
    // It has no such number, which the check reports when it is measured.
    return false;
  }
}

function evaluationChecks(file: GoldenFile): RunCheck<NinEvaluation>[] {
  return [
    ...each<NinEvaluation>(file, "latent_after_binarize/", TOLERANCES.kernels, ({ latents }, i) => latents[Number(i)]),
    ...each<NinEvaluation>(file, "binarized/", TOLERANCES.kernels, ({ binarized }, i) => binarized[Number(i)]),
    ...each<NinEvaluation>(file, "eval_logits", TOLERANCES.logits, ({ logits }) => logits),
  ];
}

function trainingChecks(file: GoldenFile, { rows }: ArrangedBatch): RunCheck<NinTraining>[] {
  const own = (name: string): string => ninWeightName(kindOf(file), name);
  return [
    {
      name: "train_logits_step0",
      tolerance: TOLERANCES.logits,
      step: 0,
      errorOf: ({ logits }) => relativeError(logits, takeRows(file.tensor("train_logits_step0"), rows).values),
    },
    ...each<NinTraining>(file, "raw_grad_step0/", TOLERANCES.gradients, ({ rawGradients }, name) => rawGradients.get(own(name))),
    ...each<NinTraining>(file, "grad_step0/", TOLERANCES.gradients, ({ gradients }, name) => gradients.get(own(name))),
    ...(file.has(`grad_step0/${NO_GRADIENT.bias}`)
      ? [
          {
            name: `grad_step0/${NO_GRADIENT.bias} is 0 beside its kernel's`,
            tolerance: TOLERANCES.gradients,
            step: 0,
            errorOf: ({ gradients }: NinTraining) =>
              norm(gradients.get(own(NO_GRADIENT.bias))) / norm(gradients.get(own(NO_GRADIENT.kernel))),
          },
        ]
      : []),
    ...Array.from(file.numbers("losses"), (loss, step) => ({
      name: `losses/${step}`,
      tolerance: TOLERANCES.losses,
      step,
      errorOf: ({ losses }: NinTraining) => relativeError([losses[step] ?? Number.NaN], [loss]),
    })),
    // A count, since most latent kernels do not change when they are projected again.
    {
      name: "kernels are projected once a step",
      tolerance: 0,
      step: -1,
      errorOf: ({ projections }) => Math.abs(projections - binaryLayers(kindOf(file)).length * file.numbers("losses").length),
    },
    ...savedSteps(file).flatMap((step) =>
      each<NinTraining>(
        file,
        `after_step${step}/`,
        TOLERANCES.parameters,
        ({ weights }, name) => weights[step - 1]?.get(own(name)),
        step - 1,
      ),
    ),
  ];
}

/** Steps after which the file has the weights. */
function savedSteps(file: GoldenFile): number[] {
  return [...new Set(file.match(/^after_step(\d+)\//).map(([, step]) => Number(step)))];
}

/** A check for every tensor whose name has this prefix and that is not left out; `ours` receives the rest of the name. */
function each<T>(
  file: GoldenFile,
  prefix: string,
  tolerance: number,
  ours: (run: T, rest: string) => ArrayLike<number> | undefined,
  step = 0,
): RunCheck<T>[] {
  return file
    .match(new RegExp(`^${prefix}(.*)$`))
    .filter(([name]) => !file.isLeftOut(name))
    .map(([name, rest = ""]) => ({
      name,
      tolerance,
      step,
      errorOf: (run) => relativeError(ours(run, rest) ?? [], kernelFromReference(file.tensor(name)).values),
    }));
}

/**
 * What depends on a gradient that is rounding noise, which Adam turns into steps: the bias itself, and from the second step on the running
 * mean that it shifts.
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
