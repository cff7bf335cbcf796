import { type BitOptions, bitOptions } from "@benn/binarize";
import { InvalidArgumentError } from "commander";

/** A whole number from 1. */
export function count(text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= 1)) throw new InvalidArgumentError("It must be a whole number from 1.");
  return value;
}

/** A number above 0. */
export function factor(text: string): number {
  const value = Number(text);
  if (!(Number.isFinite(value) && value > 0)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

/** Bits of activations and of weights, 1 to 8 each: `4x2`. */
export function widths(text: string): BitOptions {
  const [activationBits, kernelBits, ...rest] = text.split("x").map(Number);
  const options = bitOptions.safeParse({ activationBits, kernelBits });
  if (!options.success || rest.length > 0) throw new InvalidArgumentError("It must be bits of activations and of weights, 1 to 8, as 4x2.");
  return options.data;
}

/** Numbers from 1 with commas between them. */
export const counts = (text: string): number[] => text.split(",").map(count);

/** Some of these names with commas between them; "" for none. */
export function someOf<T extends string>(names: readonly T[]): (text: string) => T[] {
  return (text) =>
    text
      .split(",")
      .filter(Boolean)
      .map((name) => {
        const found = names.find((known) => known === name);
        if (found === undefined) throw new InvalidArgumentError(`There is no "${name}"; there are ${names.join(", ")}.`);
        return found;
      });
}
