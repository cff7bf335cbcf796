import type { Binarizer } from "../binarizer.ts";
import type { Surrogate } from "../surrogate.ts";
import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";
import { requireMethods } from "./require-methods.ts";
import { requireTensor } from "./require-tensor.ts";
import { withChecks } from "./with-checks.ts";

const FORMS =
  '{ kind: "hard-tanh", clip? }, { kind: "polynomial", coefficients: [c0, c1?, c2?], clip? }, { kind: "tanh", steepness, scale? } or ' +
  '{ kind: "own" }, clip, steepness and scale above 0';

const isAbove0 = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value) && value > 0;

function isSurrogate(value: unknown): value is Surrogate {
  if (typeof value !== "object" || value === null) return false;
  const { kind, clip = 1, coefficients = [], steepness, scale = 1 } = value as Partial<Record<string, unknown>>;
  if (kind === "own") return true;
  if (kind === "hard-tanh") return isAbove0(clip);
  if (kind === "tanh") return isAbove0(steepness) && isAbove0(scale);
  if (kind !== "polynomial" || !Array.isArray(coefficients) || !isAbove0(clip)) return false;
  return coefficients.length > 0 && coefficients.length <= 3 && coefficients.every(Number.isFinite);
}

const BITS: ReadonlySet<unknown> = new Set([1, 2, 3, 4, 5, 6, 7, 8, 32]);

/** Checks the bit widths, and that each result is a tensor in the shape of its argument, or [1] or [filters] for a scale. */
export function checkedBinarizer(binarizer: Binarizer, who: string): Binarizer {
  requireMethods(who, binarizer, { required: ["activations", "kernel", "project"], optional: ["parameters", "scale", "surrogate"] });
  for (const method of ["activations", "kernel"] as const) {
    const bits: unknown = (binarizer.bits as Partial<Binarizer["bits"]> | undefined)?.[method];
    if (!BITS.has(bits))
      throw new ContractError(`${who}: has ${describeValue(bits)} as bits.${method}. It must be 1 to 8, or 32 for real numbers.`);
    if (binarizer.scale && bits === 32)
      throw new ContractError(`${who}: has a scale and 32 as bits.${method}. A scale is for codes of 1 to 8 bits: leave it out.`);
  }
  if (binarizer.surrogate && (binarizer.bits.activations !== 1 || binarizer.scale))
    throw new ContractError(
      `${who}: has a surrogate, which is for activations of 1 bit without a scale. Leave it out, or set bits.activations to 1.`,
    );
  return withChecks(binarizer, {
    activations: (x, step, parameters) =>
      requireTensor(`${who}: activations returned`, binarizer.activations(x, step, parameters), x.shape),
    kernel: (w, step, parameters) => requireTensor(`${who}: kernel returned`, binarizer.kernel(w, step, parameters), w.shape),
    project: (w) => requireTensor(`${who}: project returned`, binarizer.project(w), w.shape),
    ...(binarizer.scale && {
      scale(layer, step, parameters) {
        const scale = binarizer.scale?.(layer, step, parameters);
        const filters = layer.kernel.shape.at(-1) ?? 1;
        return requireTensor(`${who}: scale returned`, scale, scale?.shape?.[0] === 1 ? [1] : [filters]);
      },
    }),
    ...(binarizer.surrogate && {
      surrogate(step) {
        const surrogate = binarizer.surrogate?.(step);
        if (isSurrogate(surrogate)) return surrogate;
        throw new ContractError(`${who}: surrogate returned ${JSON.stringify(surrogate) ?? "nothing"}. It must return ${FORMS}.`);
      },
    }),
    ...(binarizer.parameters && {
      parameters(layer) {
        const parameters = binarizer.parameters?.(layer);
        if (typeof parameters !== "object" || parameters === null)
          throw new ContractError(`${who}: parameters returned ${describeValue(parameters)}. It must return tensors by name, {} for none.`);
        for (const [name, value] of Object.entries(parameters))
          requireTensor(`${who}: parameters returned for ${name}`, value, value?.shape ?? []);
        return parameters;
      },
    }),
  });
}
