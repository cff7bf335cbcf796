import type { TensorInfo } from "@benn/core/tensorflow";
import type { Uniforms } from "../elements.ts";
import type { GuardedBackend } from "../guarded-backend.ts";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { runElements } from "../run-elements.ts";
import { runInPlace } from "../run-in-place.ts";

/** An optimizer's rule for one element of a weight in WGSL: a function of `weight`, `gradient`, the slots by name, and `g`. */
interface Rule {
  /** Unique shader cache key. */
  readonly key: string;
  readonly uniforms: Readonly<Record<string, number>>;
  /** Definition of `g`: the gradient plus weight decay. */
  readonly g: Formula;
  /** The new value of each slot, by its name in the kernel's inputs, in the order of the kernel's outputs. */
  readonly slots: Readonly<Record<string, Formula>>;
  /** The new weight, as a function of the new slots. */
  readonly weight: Formula;
}

/** WGSL, given a function that returns the element of a named tensor. */
type Formula = (element: (name: string) => string) => string;

/** Maximum number of tensors of a program. */
const TENSORS = 8;

/** A weight with its gradient and slots, by name. */
type Updated = Readonly<Record<string, TensorInfo>>;

/** A kernel that updates weights in place, several at a time; in one pass per tensor if something else holds one of them. */
function updateKernel<A>(ruleOf: (attributes: A) => Rule): Kernel<Updated, A> {
  return ({ inputs, attrs, backend }) => {
    const rule = ruleOf(attrs);
    const names = ["weight", "gradient", ...Object.keys(rule.slots)];
    const all: Updated[] = [];
    for (let i = 0; inputs[`weight${i}`]; i++)
      all.push(Object.fromEntries(names.map((name) => [name, inputs[`${name}${i}`] as TensorInfo])));
    const together = Math.floor(TENSORS / names.length);
    const updated: TensorInfo[] = [];
    for (let i = 0; i < all.length; i += together) {
      const some = all.slice(i, i + together);
      const inPlace = updateInPlace(backend, some, rule);
      updated.push(...(inPlace ?? some.flatMap((own) => updateInPlace(backend, [own], rule) ?? updateAnew(backend, own, rule))));
    }
    return updated;
  };
}

/** The new weight and slots of each, in the buffers of the old ones. */
function updateInPlace(
  backend: GuardedBackend,
  all: readonly Updated[],
  { key, uniforms, g, slots, weight }: Rule,
): TensorInfo[] | undefined {
  const named = (names: readonly string[]): Record<string, TensorInfo> =>
    Object.fromEntries(all.flatMap((own, i) => names.map((name) => [`${name}${i}`, own[name] as TensorInfo])));
  const statements = all.map((_, i) => {
    const element = (name: string): string => `${name}${i}[index]`;
    return `
          if (index < i32(arrayLength(&weight${i}))) {
            let g = ${g(element)};
            ${Object.entries(slots)
              .map(([name, value]) => `${element(name)} = ${value(element)};`)
              .join("\n            ")}
            weight${i}[index] = ${weight(element)};
          }`;
  });
  return runInPlace(backend, {
    key: `${key}_${all.length}`,
    updates: named(["weight", ...Object.keys(slots)]),
    inputs: named(["gradient"]),
    uniforms,
    statements: statements.join(""),
  });
}

function updateAnew(backend: GuardedBackend, own: Updated, rule: Rule): TensorInfo[] {
  const uniforms: Uniforms = Object.fromEntries(Object.entries(rule.uniforms).map(([name, value]) => [name, ["f32", value]]));
  const element = (name: string): string => `${name}[index]`;
  const pass = (name: string, formula: Formula, tensors: Updated): TensorInfo => {
    const value = `let g = ${rule.g(element)}; return ${formula(element)};`;
    // A tensor that the WGSL does not mention would be missing from the layout that is derived from it.
    const inputs = Object.fromEntries(Object.entries(tensors).filter(([input]) => value.includes(element(input))));
    const { shape } = own["weight"] as TensorInfo;
    return runElements(backend, { key: `${rule.key}_${name}`, inputs, shape, uniforms, value });
  };
  const slots = Object.entries(rule.slots).map(([name, formula]) => [name, pass(name, formula, own)] as const);
  const weight = pass("weight", rule.weight, { ...own, ...Object.fromEntries(slots) });
  return [weight, ...slots.map(([, slot]) => slot)];
}

interface AdamAttributes {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly decoupledDecay?: number;
  readonly step: number;
}

/** @see D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1 */
function adam({ learningRate, beta1, beta2, epsilon, weightDecay, decoupledDecay = 0, step }: AdamAttributes): Rule {
  const decays = decoupledDecay !== 0;
  return {
    key: decays ? "adamw" : "adam",
    uniforms: {
      beta1,
      rest1: 1 - beta1, // in float64: in float32 the difference would lose half its digits
      beta2,
      rest2: 1 - beta2,
      weightDecay,
      rate: learningRate / (1 - beta1 ** step),
      correction: Math.sqrt(1 - beta2 ** step),
      epsilon,
      ...(decays ? { kept: 1 - learningRate * decoupledDecay } : {}),
    },
    g: (of) => `${of("gradient")} + ${of("weight")} * uniforms.weightDecay`,
    slots: {
      firstMoment: (of) => `${of("firstMoment")} * uniforms.beta1 + g * uniforms.rest1`,
      secondMoment: (of) => `${of("secondMoment")} * uniforms.beta2 + (g * g) * uniforms.rest2`,
    },
    weight: (of) =>
      `${of("weight")}${decays ? " * uniforms.kept" : ""} - (${of("firstMoment")} / (sqrt(${of("secondMoment")}) / uniforms.correction + uniforms.epsilon)) * uniforms.rate`,
  };
}

interface SgdAttributes {
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: number;
  readonly weightDecay: number;
}

function sgd({ learningRate, momentum, nesterov, weightDecay }: SgdAttributes): Rule {
  return {
    key: nesterov ? "nesterov" : "momentum",
    uniforms: { rate: learningRate, momentum, weightDecay },
    g: (of) => `${of("gradient")} + ${of("weight")} * uniforms.weightDecay`,
    slots: { velocity: (of) => `${of("velocity")} * uniforms.momentum + g` },
    weight: (of) => `${of("weight")} - (${nesterov ? `g + ${of("velocity")} * uniforms.momentum` : of("velocity")}) * uniforms.rate`,
  };
}

interface BopAttributes {
  readonly gamma: number;
  readonly threshold: number;
}

/** @see K. Helwegen et al., "Latent Weights Do Not Exist", NeurIPS 2019, algorithm 1 */
function bop({ gamma, threshold }: BopAttributes): Rule {
  const sign: Formula = (of) => `select(1.0, -1.0, ${of("weight")} < 0.0)`;
  return {
    key: "bop",
    uniforms: { gamma, kept: 1 - gamma, threshold },
    g: (of) => of("gradient"),
    slots: { average: (of) => `${of("average")} * uniforms.kept + g * uniforms.gamma` },
    weight: (of) => `select(1.0, -1.0, ${sign(of)} * ${of("average")} > uniforms.threshold) * ${sign(of)}`,
  };
}

export const updateKernels: KernelTable = { AdamStep: updateKernel(adam), SgdStep: updateKernel(sgd), BopStep: updateKernel(bop) };
