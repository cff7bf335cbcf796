import type { Binarizer } from "../binarizer.ts";
import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";
import { requireMethods } from "./require-methods.ts";
import { requireTensor } from "./require-tensor.ts";
import { withChecks } from "./with-checks.ts";

const BITS: ReadonlySet<unknown> = new Set([1, 2, 3, 4, 5, 6, 7, 8, 32]);

/** Checks the bit widths, and that each result is a tensor in the shape of its argument, or [1] or [filters] for a scale. */
export function checkedBinarizer(binarizer: Binarizer, who: string): Binarizer {
  requireMethods(who, binarizer, { required: ["activations", "kernel", "project"], optional: ["parameters", "scale"] });
  for (const method of ["activations", "kernel"] as const) {
    const bits: unknown = (binarizer.bits as Partial<Binarizer["bits"]> | undefined)?.[method];
    if (!BITS.has(bits))
      throw new ContractError(`${who}: has ${describeValue(bits)} as bits.${method}. It must be 1 to 8, or 32 for real numbers.`);
    if (binarizer.scale && bits === 32)
      throw new ContractError(`${who}: has a scale and 32 as bits.${method}. A scale is for codes of 1 to 8 bits: leave it out.`);
  }
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
