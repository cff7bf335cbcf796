import type { Block } from "./block.ts";
import * as numbers from "./constants/operations.ts";

/** What makes values. `whole` is no instruction of programs: such values are computed all at once. */
export const OPERATIONS = {
  load: numbers.LOAD,
  normalize: numbers.NORMALIZE,
  relu: numbers.RELU,
  sign: numbers.SIGN,
  dropout: numbers.DROPOUT,
  passPositive: numbers.PASS_POSITIVE,
  passUnit: numbers.PASS_UNIT,
  passNonzero: numbers.PASS_NONZERO,
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
  /** Missing where no value is 0. */
  readonly valid: Block | undefined;
}

/** A tensor [batch, height, width, channels] that these values are, with zeros around. */
export interface Padded {
  readonly operand: Formula;
  readonly shape: readonly [batch: number, height: number, width: number, channels: number];
  readonly top: number;
  readonly left: number;
}

/** Where the signs of a chain of batch norms and ReLUs go, and what values are compared with: see assembly/threshold.ts. */
export interface SignsBehind {
  readonly address: number;
  readonly thresholds: number;
  readonly length: number;
}

/**
 * What a reader of values that are computed all at once may take instead of them, so that they are never written down, or are in one pass
 * with what becomes of them. Channels are those of the pixels that signs are packed by.
 */
export interface Forms {
  readonly padded?: Padded;
  /** The signs of a chain behind the values, and not the values. */
  readonly signs?: { readonly channels: number; compute(behind: SignsBehind): void };
  /** The values and, in the same pass, the signs of a chain behind them. */
  readonly valuesAndSigns?: { readonly channels: number; compute(behind: SignsBehind): Block };
  /** A tensor plus those of the values that a sign passes on: where `unit`, what the sign is of, is within ±1. Both are addresses. */
  readonly sumWithPassed?: (sum: number, unit: number) => Block;
}

interface Given {
  /** How many floats; an input's number where there is one and none is given. */
  readonly length?: number;
  readonly inputs?: readonly Formula[];
  /** Coefficients, or the values themselves for `load`. */
  readonly block?: Block;
  readonly parameters?: readonly [number, number];
  /** Length of the last axis that the coefficients are for. */
  readonly channels?: number;
  /** For `whole`: computes the values. */
  readonly compute?: () => Block;
  readonly forms?: Forms;
}

/**
 * How a deferred tensor's values are made, which need not be written down: batch norm of a convolution's result, say, or which of a
 * gradient's elements pass a sign. Holds what it is made of, and is counted: whoever makes or holds one releases it.
 */
export class Formula {
  readonly length: number;
  operation: Operation;
  inputs: readonly Formula[];
  block: Block | undefined;
  parameters: readonly [number, number];
  channels: number | undefined;
  compute: (() => Block) | undefined;
  forms: Forms;
  bits: Bits | undefined;
  /** Instructions down to the longest way to memory. */
  depth: number;
  #holders = 1;

  /** Takes over the block; holds the inputs for itself. */
  constructor(operation: Operation, { length, inputs = [], block, parameters = [0, 0], channels, compute, forms = {} }: Given = {}) {
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

  /** The values stand in memory now; what they were made of is let go. */
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
