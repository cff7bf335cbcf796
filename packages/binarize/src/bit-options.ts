import { type Bits, z } from "@benn/core";

/** Bit widths whose codes packed models can store. */
export type FewBits = Exclude<Bits, 32>;

const bits = z.literal([1, 2, 3, 4, 5, 6, 7, 8]);

/** Options of binarizers with codes of 1 to 8 bits. */
export const bitOptions = z.object({
  activationBits: bits.default(2).describe("bits of an activation, 1 to 8"),
  kernelBits: bits.default(2).describe("bits of a weight, 1 to 8"),
});

export type BitOptions = z.output<typeof bitOptions>;
