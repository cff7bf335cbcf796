import { type Random } from "@benn/core";
import { createRandom, writeSafetensors, type SafetensorsEntry } from "@benn/core/internals";
import type { GraphNode, MemberHeader, ModelHeader } from "../src/graph.ts";
import type { Sliding } from "../src/node-parts.ts";

type Entries = Map<string, SafetensorsEntry>;

/** The state of a graph that grows node by node. */
export interface Sketch {
  readonly random: Random;
  readonly tensors: Entries;
  readonly nodes: GraphNode[];
}

export function floatTensor({ tensors }: Pick<Sketch, "tensors">, shape: readonly number[], value: (i: number) => number): string {
  const name = `t${tensors.size}`;
  tensors.set(name, { dtype: "F32", shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => value(i)) });
  return name;
}

export function integerTensor({ tensors }: Pick<Sketch, "tensors">, values: readonly number[]): string {
  const name = `t${tensors.size}`;
  tensors.set(name, { dtype: "I32", shape: [values.length], data: Int32Array.from(values) });
  return name;
}

export function byteTensor({ tensors, random }: Pick<Sketch, "tensors" | "random">, shape: readonly number[]): string {
  const name = `t${tensors.size}`;
  tensors.set(name, { dtype: "U8", shape, data: Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.integer(256)) });
  return name;
}

/** A window that fits the map, with random strides and padding. */
export function randomWindow(
  random: Random,
  [height, width]: readonly [number, number],
  most = 5,
): Sliding & { readonly size: [number, number] } {
  const size = [1 + random.integer(Math.min(most, height)), 1 + random.integer(Math.min(most, width))] as [number, number];
  const pad = (side: 0 | 1): number => random.integer(size[side]);
  return { size, strides: [1 + random.integer(3), 1 + random.integer(3)], pad: [pad(0), pad(0), pad(1), pad(1)] };
}

export function encodeModel(members: readonly MemberHeader[], model: Omit<ModelHeader, "members">, tensors: Entries): Uint8Array {
  const metadata = { format: "benn", version: "1", model: JSON.stringify({ ...model, members }) };
  return writeSafetensors({ metadata, tensors });
}

/** The last values as logits. */
export const labelsFor = (count: number): string[] => Array.from({ length: count }, (_, i) => `class ${i}`);

export function newSketch(seed: number): Sketch {
  return { random: createRandom(seed, "graph"), tensors: new Map(), nodes: [] };
}
