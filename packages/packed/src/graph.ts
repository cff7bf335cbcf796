// The graph of a member as it stands in the file. Value 0 is the image; node i makes value i + 1 from earlier values.
// A value is a map [height, width, channels] of floats, of bits, where a bit stands for +1 or −1, or of codes from 0 to 2ᵏ − 1.

import type { From, Pair, Sliding, ToBits } from "./node-parts.ts";
import type { PlaneConvNode, QuantizeNode } from "./planes/plane-nodes.ts";

/** In float32; a dense layer is one of size 1×1 on a map of 1×1. With thresholds, bit = sum ≥ threshold. */
export interface ConvNode extends From, Sliding, Partial<ToBits> {
  readonly op: "conv";
  /** F32 [height, width, channels, filters]. */
  readonly kernel: string;
  readonly bias?: string;
  readonly relu?: boolean;
  /** So many products are summed by themselves before they join the sum. */
  readonly block: number;
}

/** Bits by bits: either bit = sum ≥ threshold (I32), or float32(sum)·scale + bias. */
export interface BinaryConvNode extends From, Sliding, Partial<ToBits> {
  readonly op: "binaryConv";
  readonly size: Pair;
  /** U8 [filters, ⌈height·width·channels / 8⌉], lowest bit first. */
  readonly kernel: string;
  readonly scale?: string;
  readonly bias?: string;
  readonly relu?: boolean;
}

export interface SignNode extends From, ToBits {
  readonly op: "sign";
}

/** (x − mean)·factor + offset per channel. */
export interface AffineNode extends From {
  readonly op: "affine";
  readonly mean: string;
  readonly factor: string;
  readonly offset: string;
}

export interface PoolNode extends From, Sliding {
  readonly op: "maxPool" | "averagePool";
  readonly size: Pair;
  /** Of an average: divide by the number of pixels inside the image, not by the window's. */
  readonly inside?: boolean;
  /** Of a maximum of bits. */
  readonly flips?: string;
}

export interface PadChannelsNode extends From {
  readonly op: "padChannels";
  readonly before: number;
  readonly channels: number;
}

export interface PlainNode extends From {
  readonly op: "relu" | "add" | "mean" | "flatten";
}

export type GraphNode =
  | ConvNode
  | BinaryConvNode
  | PlaneConvNode
  | SignNode
  | QuantizeNode
  | AffineNode
  | PoolNode
  | PadChannelsNode
  | PlainNode;

export interface Shape {
  readonly kind: "floats" | "bits" | "codes";
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Of codes: k. */
  readonly planes?: number;
}

export interface MemberHeader {
  readonly architecture: string;
  readonly alpha: number;
  readonly nodes: readonly GraphNode[];
}

/** What `__metadata__.model` holds, as JSON. */
export interface ModelHeader {
  /** Of the images: [height, width, channels]. */
  readonly shape: readonly [number, number, number];
  readonly labels: readonly string[];
  readonly voter: VoteName;
  /** What becomes of bytes, by tensors of the file; `none`: takes floats only. docs/packed.md has the arithmetic. */
  readonly preprocessing: "standardize" | "gcn-zca" | "none";
  /** A picture's shorter side is brought to so many pixels, and the middle cut out; without it, the middle of the image's proportions. */
  readonly resize?: number;
  /** Both sides are, whatever the picture's proportions. */
  readonly squash?: true;
  /** Of the channels; without it red, green, blue, as pictures and bytes have them. */
  readonly channelOrder?: "bgr";
  readonly members: readonly MemberHeader[];
}

/** The tensor that says how far the votes can be trusted; readers that do not look for it pass it over. */
export const TRUST = "trust";

/** The tensor that says what the ensemble reached on test images; passed over likewise. */
export const TEST_RESULTS = "testResults";

export const VOTES = ["hard", "soft", "softmax"] as const;
export type VoteName = (typeof VOTES)[number];

/** The second is of files with codes. */
export const FORMAT_VERSIONS: readonly string[] = ["1", "2"];
