import type { Formula } from "./formula.ts";
import { fuse } from "./fusions.ts";
import type { TensorMemory } from "./tensor-memory.ts";
import type { WasmKernels } from "./wasm-kernels.ts";

/** Formulas as instructions that kernels evaluate block by block: see assembly/program.ts. */
export interface Program {
  readonly address: number;
  /** Floats per pattern, and per block. */
  readonly length: number;
  readonly block: number;
  readonly registers: number;
  /** Bytes of scratch for the evaluation. */
  readonly scratch: number;
  /** Address of the values of a single formula, if they are in memory. */
  readonly plain: number;
}

/** The parts of the backend that compiling needs. */
interface Workplace {
  readonly wasm: WasmKernels;
  readonly tensors: TensorMemory;
  materialize(formula: Formula): void;
  withScratch<T>(bytes: number, use: (address: number) => T): T;
}

/**
 * Compiles formulas of one shape whose last axis has `channels` channels (any number if the axis does not matter); the program is valid
 * while `use` runs. Common subexpressions are computed once, and registers are reused.
 */
export function withProgram(
  backend: Workplace,
  formulas: readonly [Formula] | readonly [Formula, Formula],
  channels: number | undefined,
  use: (program: Program) => void,
): void {
  const order: Formula[] = [];
  let width = channels;
  const visit = (formula: Formula): void => {
    if (order.includes(formula)) return;
    width ??= formula.channels;
    const foreign = formula.channels !== undefined && formula.channels !== width;
    if (foreign || formula.operation === "whole") backend.materialize(formula);
    for (const operand of formula.inputs) visit(operand);
    order.push(formula);
  };
  for (const formula of formulas) visit(formula);

  const steps = fuse(order, formulas);
  const lastUse = new Map<Formula, number>();
  for (const [i, { inputs }] of steps.entries()) for (const operand of inputs) lastUse.set(operand, i);
  for (const formula of formulas) lastUse.set(formula, steps.length);
  const register = new Map<Formula, number>();
  const free: number[] = [];
  let registers = 0;
  const words: number[] = [];
  for (const [i, { code, formula, inputs, block }] of steps.entries()) {
    for (const operand of new Set(inputs)) if (lastUse.get(operand) === i) free.push(register.get(operand)!);
    const own = free.pop() ?? registers++;
    const [a = 0, b = 0] = inputs.map((operand) => register.get(operand)!);
    const [p0 = 0, p1 = 0, p2 = 0, p3 = 0] = block ? [block.address] : formula.parameters;
    words.push(code, own, a, b, p0, p1, p2, p3);
    register.set(formula, own);
  }
  const results = formulas.map((formula) => register.get(formula)!);
  const { wasm, tensors } = backend;
  const length = wasm.patternLength(width ?? 64);
  const block = wasm.blockLength(length);
  const [only] = formulas;
  const plain = formulas.length === 1 && only.operation === "load" ? only.block!.address : 0;
  backend.withScratch(16 + 4 * words.length, (address) => {
    new Int32Array(tensors.memory.buffer, address, 4 + words.length).set([
      steps.length,
      results[0]!,
      results[1] ?? results[0]!,
      0,
      ...words,
    ]);
    use({ address, length, block, registers, scratch: wasm.programScratch(registers, block), plain });
  });
}
