import type { Block } from "./block.ts";
import * as numbers from "./constants/operations.ts";

/** Operations that produce values. `whole` is not an instruction of programs: such values are computed all at once. */
export const OPERATIONS = {
  load: numbers.LOAD,
  normalize: numbers.NORMALIZE,
  relu: numbers.RELU,
  sign: numbers.SIGN,
  dropout: numbers.DROPOUT,
  passPositive: numbers.PASS_POSITIVE,
  passUnit: numbers.PASS_UNIT,
  passNonzero: numbers.PASS_NONZERO,
  passPolynomial: numbers.PASS_POLYNOMIAL,
  passTanh: numbers.PASS_TANH,
  normalizeGrad: numbers.NORMALIZE_GRAD,
  step: numbers.STEP,
  add: numbers.ADD,
  whole: -1,
} as const;

export type Operation = keyof typeof OPERATIONS;

/** Values of −1, 0, +1 as bits: see assembly/bits.ts. */
export interface Bits {
  readonly channels: number;
  readonly signs: Block;
  /** Absent if no value is 0. */
  readonly valid: Block | undefined;
}

/** The tensor [batch, height, width, channels] of which these values are a zero-padded view. */
export interface Padded {
  readonly operand: Formula;
  readonly shape: readonly [batch: number, height: number, width: number, channels: number];
  readonly top: number;
  readonly left: number;
}

/**
 * Where to write the signs after a chain of batch norms and ReLUs, and the thresholds that values are compared with: see
 * assembly/threshold.ts.
 */
export interface SignsBehind {
  readonly address: number;
  readonly thresholds: number;
  readonly length: number;
}

/**
 * Alternatives for readers of values that are computed all at once, so that the values are never materialized, or are computed in one pass
 * with the reader's result. `channels` is the number of channels per pixel in which signs are packed.
 */
export interface Forms {
  readonly padded?: Padded;
  /** Only the signs after a chain, without the values. */
  readonly signs?: { readonly channels: number; compute(behind: SignsBehind): void };
  /** The values and, in the same pass, the signs after a chain. */
  readonly valuesAndSigns?: { readonly channels: number; compute(behind: SignsBehind): Block };
  /** Fused straight-through gradient: sum + values·[|unit| ≤ 1], where `unit` is the input of the sign. Both are addresses. */
  readonly sumWithPassed?: (sum: number, unit: number) => Block;
}

/** Floats as the words that programs hold. */
export const floatWords = (...floats: readonly number[]): readonly number[] => [...new Int32Array(Float32Array.from(floats).buffer)];

interface Given {
  /** Number of floats; default: the length of the first input. */
  readonly length?: number;
  readonly inputs?: readonly Formula[];
  /** Coefficients, or the values themselves for `load`. */
  readonly block?: Block;
  /** Up to four words of 32 bits; floats by `floatWords`. */
  readonly parameters?: readonly number[];
  /** Length of the last axis that the coefficients apply to. */
  readonly channels?: number;
  /** For `whole`: computes the values. */
  readonly compute?: () => Block;
  readonly forms?: Forms;
}

/**
 * How the values of a deferred tensor are computed, which need not be materialized: for example batch norm of a convolution's result, or
 * the elements of a gradient that a sign passes. Keeps its inputs alive and is reference counted: whoever creates or retains one releases
 * it.
 */
export class Formula {
  readonly length: number;
  operation: Operation;
  inputs: readonly Formula[];
  block: Block | undefined;
  parameters: readonly number[];
  channels: number | undefined;
  compute: (() => Block) | undefined;
  forms: Forms;
  bits: Bits | undefined;
  /** Number of instructions on the longest path to memory. */
  depth: number;
  #holders = 1;

  /** Takes ownership of the block; retains the inputs. */
  constructor(operation: Operation, { length, inputs = [], block, parameters = [], channels, compute, forms = {} }: Given = {}) {
    this.length = length ?? inputs[0]!.length;
    this.operation = operation;
    this.inputs = inputs.map((operand) => operand.hold());
    this.block = block;
    this.parameters = parameters;
    this.channels = channels;
    this.compute = compute;
    this.forms = forms;
    this.depth = operation === "load" ? 0 : 1 + Math.max(0, ...inputs.map(({ depth }) => depth));
  }

  hold(): this {
    this.#holders++;
    return this;
  }

  release(): void {
    if (--this.#holders > 0) return;
    this.#letGo();
    this.bits?.signs.release();
    this.bits?.valid?.release();
  }

  /** The values are now in memory; releases the inputs. */
  become(values: Block): void {
    this.#letGo();
    this.operation = "load";
    this.inputs = [];
    this.block = values;
    this.channels = undefined;
    this.compute = undefined;
    this.forms = {};
    this.depth = 0;
  }

  #letGo(): void {
    for (const operand of this.inputs) operand.release();
    this.block?.release();
  }
}
