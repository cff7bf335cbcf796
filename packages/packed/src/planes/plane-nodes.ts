import type { From, Pair, Sliding, ToBits } from "../node-parts.ts";

/** k-bit codes of floats: the number of thresholds, F32 [2ᵏ − 1, channels], that x reaches; 2ᵏ − 1 minus that where `flips` has a 1. */
export interface QuantizeNode extends From, ToBits {
  readonly op: "quantize";
}

/**
 * Convolution of codes by codes: the sum is an integer, then converted to codes by thresholds (F32, as for `quantize`) or to
 * float32(sum)·scale + bias. Weights of k bits q are q − 2ᵏ⁻¹, or with `odd` 2q − (2ᵏ − 1).
 */
export interface PlaneConvNode extends From, Sliding, Partial<ToBits> {
  readonly op: "planeConv";
  readonly size: Pair;
  /** U8 [k, filters, ⌈height·width·channels / 8⌉]: the bits of q, the lowest plane first. */
  readonly kernel: string;
  readonly odd?: boolean;
  /** If present, sums are computed in float32 as for `conv`, in blocks; else by counting bits. */
  readonly block?: number;
  readonly scale?: string;
  readonly bias?: string;
  readonly relu?: boolean;
}
