import type { TensorInfo } from "@benn/core/tensorflow";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { runElements } from "../run-elements.ts";

/**
 * A sum with a deferred value (a batch norm at a residual connection, or the gradient of its sign) is computed in one program; other sums
 * are left to TensorFlow.js.
 */
const add: Kernel<{ a: TensorInfo; b: TensorInfo }, unknown> = ({ inputs: { a, b }, backend }) => {
  if (a.dtype !== "float32" || b.dtype !== "float32" || String(a.shape) !== String(b.shape)) return undefined;
  const [first, second] = [backend.formsOf(a).elements, backend.formsOf(b).elements];
  const elements = second ?? first;
  if (!elements) return undefined;
  return runElements(backend, {
    ...elements,
    key: `${elements.key}_plus`,
    inputs: { ...elements.inputs, addend: second ? a : b },
    functions: `${elements.functions ?? ""} fn otherAddend(index : i32) -> f32 { ${elements.value} }`,
    value: "return addend[index] + otherAddend(index);",
  });
};

export const addKernels: KernelTable = { Add: add };
