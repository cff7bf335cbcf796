import type { Random } from "./random.ts";

/** A tensor in plain numbers. */
export interface Values {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  /** Default float32. */
  readonly dtype?: "int32";
}

/** What a kernel is asked to compute. */
export interface KernelCase {
  readonly inputs: Readonly<Record<string, Values>>;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** A kernel beyond TensorFlow.js's own: what it computes, in plain arithmetic, and what every backend that has it is examined with. */
export interface KernelContract {
  readonly cases: (random: Random) => readonly KernelCase[];
  /** Its outputs, summed in float64. */
  readonly reference: (given: KernelCase) => readonly Values[];
  /** How far a backend may be off: this much of 1 + the largest magnitude of an output. Default 1e-5. */
  readonly tolerance?: number;
}

/** Contracts by the names that kernels are registered under. */
export type KernelContracts = Readonly<Record<string, KernelContract>>;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Normal values, and at the beginning those where kernels have an edge. */
export function drawn(random: Random, shape: readonly number[], edges: readonly number[] = []): Values {
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => edges[i] ?? random.normal());
  return { shape, values };
}

/** An input that must be there. */
export function input({ inputs }: KernelCase, name: string): Float64Array {
  const given = inputs[name];
  if (!given) throw new TypeError(`the case has no input "${name}".`);
  return Float64Array.from(given.values);
}

export function shapeOf({ inputs }: KernelCase, name: string): readonly number[] {
  return inputs[name]?.shape ?? [];
}

/** A number among the attributes; 0 where it is not given. */
export function number({ attributes = {} }: KernelCase, name: string): number {
  return Number(attributes[name] ?? 0);
}

/** A list of numbers among the attributes; empty where it is not given. */
export function numbers({ attributes = {} }: KernelCase, name: string): readonly number[] {
  return [attributes[name] ?? []].flat();
}
