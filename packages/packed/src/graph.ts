// The graph of a member as stored in the file. Value 0 is the image; node i computes value i + 1 from earlier values. A value is a map
// [height, width, channels] of floats, of bits, where a bit stands for +1 or −1, or of codes from 0 to 2ᵏ − 1.

import type { From, Pair, Sliding, ToBits } from "./node-parts.ts";
import type { PlaneConvNode, QuantizeNode } from "./planes/plane-nodes.ts";

/** In float32; a dense layer is one of size 1×1 on a map of 1×1. With thresholds, bit = sum ≥ threshold. */
export interface ConvNode extends From, Sliding, Partial<ToBits> {
  readonly op: "conv";
  /** F32 [height, width, channels, filters]. */
  readonly kernel: string;
  readonly bias?: string;
  readonly relu?: boolean;
  /** Number of products that are summed separately before they are added to the sum. */
  readonly block: number;
}

/** Binary convolution of bits: either bit = sum ≥ threshold (I32), or float32(sum)·scale + bias. */
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
  /** For an average: divide by the number of pixels inside the image, not by the window's. */
  readonly inside?: boolean;
  /** For a maximum of bits. */
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
  /** For codes: k. */
  readonly planes?: number;
}

export interface MemberHeader {
  readonly architecture: string;
  readonly alpha: number;
  readonly nodes: readonly GraphNode[];
}

/** The contents of `__metadata__.model`, as JSON. */
export interface ModelHeader {
  /** Of the images: [height, width, channels]. */
  readonly shape: readonly [number, number, number];
  readonly labels: readonly string[];
  readonly voter: VoteName;
  /** How bytes are preprocessed, with tensors of the file; `none`: accepts only floats. docs/packed.md defines the arithmetic. */
  readonly preprocessing: "standardize" | "gcn-zca" | "none";
  /**
   * A picture's shorter side is scaled to this many pixels, and the centre is cropped; without it, the centre with the image's aspect
   * ratio.
   */
  readonly resize?: number;
  /** Both sides are scaled, regardless of the picture's aspect ratio. */
  readonly squash?: true;
  /** Order of the channels; absent: red, green, blue, as in pictures and bytes. */
  readonly channelOrder?: "bgr";
  readonly members: readonly MemberHeader[];
}

/** The tensor with the trust data; readers that do not look for it ignore it. */
export const TRUST = "trust";

/** The tensor with the ensemble's accuracy on test images; ignored likewise. */
export const TEST_RESULTS = "testResults";

export const VOTES = ["hard", "soft", "softmax"] as const;
export type VoteName = (typeof VOTES)[number];

/** Version 2 is for files with codes. */
export const FORMAT_VERSIONS: readonly string[] = ["1", "2"];
