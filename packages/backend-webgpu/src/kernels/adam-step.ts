import type { TensorInfo } from "@tensorflow/tfjs";
import type { GuardedBackend } from "../guarded-backend.ts";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import type { Uniforms } from "../elements.ts";
import { runElements } from "../run-elements.ts";
import { runInPlace } from "../run-in-place.ts";

interface Slot {
  readonly weight: TensorInfo;
  readonly gradient: TensorInfo;
  readonly first: TensorInfo;
  readonly second: TensorInfo;
}

/** Weights that one program updates: four tensors each, and a program takes eight. */
const AT_ONCE = 2;

interface Attributes {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly step: number;
}

/**
 * A step of Adam where the weights and their moments are; in three passes where somebody else holds one of them.
 * @see D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1
 */
const adamStep: Kernel<Readonly<Record<string, TensorInfo>>, Attributes> = ({ inputs, attrs, backend }) => {
  const { learningRate, beta1, beta2, epsilon, weightDecay, step } = attrs;
  const uniforms = {
    beta1,
    rest1: 1 - beta1, // in float64: the difference would lose half its digits in float32
    beta2,
    rest2: 1 - beta2,
    weightDecay,
    rate: learningRate / (1 - beta1 ** step),
    correction: Math.sqrt(1 - beta2 ** step),
    epsilon,
  };
  const slots: Slot[] = [];
  for (let i = 0; inputs[`weight${i}`]; i++) {
    const [weight, gradient, first, second] = ["weight", "gradient", "firstMoment", "secondMoment"].map((name) => inputs[`${name}${i}`]);
    slots.push({ weight, gradient, first, second } as Slot);
  }
  const updated: TensorInfo[] = [];
  for (let i = 0; i < slots.length; i += AT_ONCE) {
    const some = slots.slice(i, i + AT_ONCE);
    const inPlace = updateInPlace(backend, some, uniforms);
    updated.push(...(inPlace ?? some.flatMap((slot) => updateInPlace(backend, [slot], uniforms) ?? updateAnew(backend, slot, uniforms))));
  }
  return updated;
};

/** New weight, first and second moment of each slot, in the buffers of the old ones. */
function updateInPlace(
  backend: GuardedBackend,
  slots: readonly Slot[],
  uniforms: Readonly<Record<string, number>>,
): TensorInfo[] | undefined {
  const named = (names: readonly (keyof Slot)[]): Record<string, TensorInfo> =>
    Object.fromEntries(slots.flatMap((slot, i) => names.map((name) => [`${name}${i}`, slot[name]])));
  return runInPlace(backend, {
    key: `adam_${slots.length}`,
    updates: named(["weight", "first", "second"]),
    inputs: named(["gradient"]),
    uniforms,
    statements: slots
      .map(
        (_, i) => `
          if (index < i32(arrayLength(&weight${i}))) {
            let g = ${gradientOf(i)};
            first${i}[index] = ${FIRST(`first${i}[index]`)};
            second${i}[index] = ${SECOND(`second${i}[index]`)};
            weight${i}[index] = ${weightOf(i)};
          }`,
      )
      .join(""),
  });
}

function updateAnew(
  backend: GuardedBackend,
  { weight, gradient, first, second }: Slot,
  uniforms: Readonly<Record<string, number>>,
): TensorInfo[] {
  const named: Uniforms = Object.fromEntries(Object.entries(uniforms).map(([name, value]) => [name, ["f32", value]]));
  const { shape } = weight;
  const moment = (key: string, moment: TensorInfo, value: string): TensorInfo =>
    runElements(backend, {
      key,
      inputs: { weight0: weight, gradient0: gradient, moment },
      shape,
      uniforms: named,
      value: `let g = ${gradientOf(0)}; return ${value};`,
    });
  const nextFirst = moment("adamFirst", first, FIRST("moment[index]"));
  const nextSecond = moment("adamSecond", second, SECOND("moment[index]"));
  const inputs = { weight0: weight, first0: nextFirst, second0: nextSecond };
  return [
    runElements(backend, { key: "adamWeight", inputs, shape, uniforms: named, value: `return ${weightOf(0)};` }),
    nextFirst,
    nextSecond,
  ];
}

const gradientOf = (i: number): string => `gradient${i}[index] + weight${i}[index] * uniforms.weightDecay`;
const weightOf = (i: number): string =>
  `weight${i}[index] - (first${i}[index] / (sqrt(second${i}[index]) / uniforms.correction + uniforms.epsilon)) * uniforms.rate`;
const FIRST = (moment: string): string => `${moment} * uniforms.beta1 + g * uniforms.rest1`;
const SECOND = (moment: string): string => `${moment} * uniforms.beta2 + (g * g) * uniforms.rest2`;

export const adamKernels: KernelTable = { AdamStep: adamStep };
