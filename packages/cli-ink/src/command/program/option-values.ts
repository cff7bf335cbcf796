// Parsers of option values, which check them while the command line is read.
import type { SplitName } from "@benn/core";
import { nearest } from "@benn/core/messages";
import { InvalidArgumentError, type Option } from "commander";

const SPLITS = ["train", "validation", "test"] as const;

export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

export function split(text: string): SplitName {
  const known = SPLITS.find((name) => name === text);
  const close = nearest(text, SPLITS);
  if (!known)
    throw new InvalidArgumentError(`${close === undefined ? "" : `Did you mean "${close}"? `}Allowed choices are ${SPLITS.join(", ")}.`);
  return known;
}

export function splitList(text: string): SplitName[] {
  return text.split(",").map((name) => split(name.trim()));
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("Expected a whole number of at least 1.");
  return value;
}

/** Members are counted from 0, like their folders. */
export function memberNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError("Expected a whole number of at least 0.");
  return value;
}

export function probability(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError("Expected a probability above 0 and below 1, like 0.95.");
  return value;
}

export function seed(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw new InvalidArgumentError("Expected a whole number from 0 to 4294967295.");
  return value;
}

export function seedList(text: string): number[] {
  return text.split(",").map((word) => seed(word.trim()));
}

/** `1..5`, or a list: 1,2,3. */
export function seedRange(text: string): number[] {
  return text.split(",").flatMap((word) => {
    const [first = "", last] = word.trim().split("..");
    const from = seed(first);
    if (last === undefined) return [from];
    const to = seed(last);
    if (to < from || to - from >= 10_000) throw new InvalidArgumentError("Expected seeds like 1..5, from the lowest to the highest.");
    return Array.from({ length: to - from + 1 }, (_, nth) => from + nth);
  });
}

export function bitList(text: string): number[] {
  if (text.trim() === "none") return [];
  return text.split(",").map((word) => {
    const value = Number(word);
    if (!Number.isInteger(value) || value < 2 || value > 8) throw new InvalidArgumentError("Expected whole numbers from 2 to 8, like 2,4.");
    return value;
  });
}

export function partOfOne(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError("Expected a number above 0 and at most 1.");
  return value;
}

/** An option that takes one of a few words; the error for a similar word suggests the right one. */
export function oneOf(option: Option, words: readonly string[]): Option {
  return option.choices(words).argParser((text: string): string => {
    const known = words.find((word) => word === text);
    if (known !== undefined) return known;
    const close = nearest(text, words);
    throw new InvalidArgumentError(`${close === undefined ? "" : `Did you mean "${close}"? `}Allowed choices are ${words.join(", ")}.`);
  });
}
