import { readFileSync } from "node:fs";
import { join } from "node:path";

export const fixture = (...name: string[]): string => join(import.meta.dirname, "..", "fixtures", ...name);
export const readFixture = (...name: string[]): Uint8Array => readFileSync(fixture(...name));

/** Checkpoints of the reference, with their expected logits. */
export const reference = (name: string): string => join(import.meta.dirname, "..", "..", "..", "golden", "fixtures", "pth", name);
export const readReference = (name: string): Uint8Array => readFileSync(reference(name));

/** The numbers with which the scripts next to the fixtures fill tensors. */
export function values(tensor: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (((i * 7919 + tensor * 104_729) % 2001) - 1000) / 2000);
}

export const f32 = (numbers: readonly number[]): number[] => [...Float32Array.from(numbers)];
