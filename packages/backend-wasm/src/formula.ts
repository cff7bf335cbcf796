import type { Block } from "./block.ts";
import * as numbers from "./constants/operations.ts";

/** What makes values. `later` is no instruction of programs: such values are made all at once. */
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
  later: -1,
} as const;

export type Operation = keyof typeof OPERATIONS;

/** Values of −1, 0, +1 as bits: see assembly/bits.ts. */
export interface Bits {
  readonly channels: number;
  readonly signs: Block;
  /** Missing where no value is 0. */
  readonly valid: Block | undefined;
}

/** What values of `later` are where they are another's with zeros around: a kernel may read those instead. */
export interface Padding {
  readonly operand: Formula;
  /** Of the operand. */
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

/** For `later`: makes the signs of a chain behind the values, pixels of so many channels, and not the values. */
export interface LazySigns {
  readonly channels: number;
  make(behind: SignsBehind): void;
}

/**
 * For `later`: makes, instead of the values, a tensor plus those of them that a sign passes on: where the other tensor, what the sign is
 * of, is within ±1. Both are addresses.
 */
export type MakeOnto = (sum: number, unit: number) => Block;

/** For `later`: makes the values and, in the same pass, the signs of a chain behind them, pixels of so many channels. */
export interface ValuesWithSigns {
  readonly channels: number;
  make(behind: SignsBehind): Block;
}

interface Given {
  /** How many floats; an operand's number where there is one and none is given. */
  readonly length?: number;
  readonly operands?: readonly Formula[];
  /** Coefficients, or the values themselves for `load`. */
  readonly block?: Block;
  readonly parameters?: readonly [number, number];
  /** Length of the last axis that the coefficients are for. */
  readonly channels?: number;
  /** For `later`: makes the values. */
  readonly run?: () => Block;
  readonly padding?: Padding;
  readonly signs?: LazySigns;
  readonly withSigns?: ValuesWithSigns;
  readonly onto?: MakeOnto;
}

/**
 * How to make a tensor's values, which need not be written down: batch norm of a convolution's result, say, or which of a
 * gradient's elements pass a sign. Holds what it is made of, and is counted: whoever makes or holds one releases it.
 */
export class Formula {
  readonly length: number;
  operation: Operation;
  operands: readonly Formula[];
  block: Block | undefined;
  parameters: readonly [number, number];
  channels: number | undefined;
  run: (() => Block) | undefined;
  padding: Padding | undefined;
  signs: LazySigns | undefined;
  withSigns: ValuesWithSigns | undefined;
  onto: MakeOnto | undefined;
  bits: Bits | undefined;
  /** Instructions down to the longest way to memory. */
  depth: number;
  #holders = 1;

  /** Takes over the block; holds the operands for itself. */
  constructor(
    operation: Operation,
    { length, operands = [], block, parameters = [0, 0], channels, run, padding, signs, withSigns, onto }: Given = {},
  ) {
    this.length = length ?? operands[0]!.length;
    this.operation = operation;
    this.operands = operands.map((operand) => operand.hold());
    this.block = block;
    this.parameters = parameters;
    this.channels = channels;
    this.run = run;
    this.padding = padding;
    this.signs = signs;
    this.withSigns = withSigns;
    this.onto = onto;
    this.depth = operation === "load" ? 0 : 1 + Math.max(0, ...operands.map(({ depth }) => depth));
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
    this.operands = [];
    this.block = values;
    this.channels = undefined;
    this.run = undefined;
    this.padding = undefined;
    this.signs = undefined;
    this.withSigns = undefined;
    this.onto = undefined;
    this.depth = 0;
  }

  #letGo(): void {
    for (const operand of this.operands) operand.release();
    this.block?.release();
  }
}
