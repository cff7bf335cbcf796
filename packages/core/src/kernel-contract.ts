import type { Random } from "./random.ts";

/** A tensor as plain numbers. */
export interface Values {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  /** Default float32. */
  readonly dtype?: "int32";
}

/** Inputs and attributes of one kernel call. */
export interface KernelCase {
  readonly inputs: Readonly<Record<string, Values>>;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** A kernel beyond those of TensorFlow.js: what it computes, in plain arithmetic, and the cases that test every backend that has it. */
export interface KernelContract {
  readonly cases: (random: Random) => readonly KernelCase[];
  /** Computes the outputs, with sums in float64. */
  readonly reference: (given: KernelCase) => readonly Values[];
  /** Permitted error of a backend, relative to 1 + the largest magnitude of an output. Default 1e-5. */
  readonly tolerance?: number;
}

/** Contracts by the names that kernels are registered under. */
export type KernelContracts = Readonly<Record<string, KernelContract>>;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Normal random values that begin with the given edge cases. */
export function drawn(random: Random, shape: readonly number[], edges: readonly number[] = []): Values {
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => edges[i] ?? random.normal());
  return { shape, values };
}

/** A required input. */
export function input({ inputs }: KernelCase, name: string): Float64Array {
  const given = inputs[name];
  if (!given) throw new TypeError(`the case has no input "${name}".`);
  return Float64Array.from(given.values);
}

export function shapeOf({ inputs }: KernelCase, name: string): readonly number[] {
  return inputs[name]?.shape ?? [];
}

/** A numeric attribute; 0 if it is absent. */
export function number({ attributes = {} }: KernelCase, name: string): number {
  return Number(attributes[name] ?? 0);
}

/** An attribute that is a list of numbers; empty if it is absent. */
export function numbers({ attributes = {} }: KernelCase, name: string): readonly number[] {
  return [attributes[name] ?? []].flat();
}
