import type * as tf from "@benn/core/tensorflow";
import type { Pair, Sliding } from "../node-parts.ts";

interface Common {
  /** Name of the TensorFlow.js layer. */
  readonly layer: string;
  readonly inputs: readonly Operation[];
  /** [height, width, channels]. */
  readonly shape: readonly [number, number, number];
}

/** Works on each value of a channel independently, and is monotonic within a channel. */
export interface Elementwise extends Common {
  readonly kind: "affine" | "relu";
  /** The layer's own evaluation of a tensor [n, 1, 1, channels]; the caller disposes the result. */
  apply(x: tf.Tensor): tf.Tensor;
  /** For `affine`: (x − mean)·factor + offset, [channels] each. */
  readonly affine?: { readonly mean: Float32Array; readonly factor: Float32Array; readonly offset: Float32Array };
}

/** Applied to the sum: times the scale, plus the bias, then ReLU, each if present. */
interface Finish {
  readonly bias?: Float32Array;
  readonly relu: boolean;
}

export interface RealConv extends Common, Sliding, Finish {
  readonly kind: "conv";
  readonly size: Pair;
  /** [height, width, channels, filters]. */
  readonly kernel: Float32Array;
  readonly block: number;
}

/** Its input consists of signs. */
export interface BitConv extends Common, Sliding, Finish {
  readonly kind: "binaryConv";
  readonly size: Pair;
  /** [filters, ⌈height·width·channels / 8⌉], lowest bit first. */
  readonly bits: Uint8Array;
  readonly scale: Float32Array;
}

/** Its input consists of codes; fields as in the file's `planeConv`. */
export interface PlaneConv extends Common, Sliding, Finish {
  readonly kind: "planeConv";
  readonly size: Pair;
  readonly planes: CodePlanes;
  readonly scale: Float32Array;
  /** Present if it runs as a real layer. */
  readonly block?: number;
}

/** A kernel of codes as bits [k, filters, ⌈height·width·channels / 8⌉]: a weight is q − 2ᵏ⁻¹, or 2q − (2ᵏ − 1) if odd. */
export interface CodePlanes {
  readonly bits: Uint8Array;
  readonly count: number;
  readonly odd: boolean;
}

export interface Quantize extends Common {
  readonly kind: "quantize";
  /** k: codes are 0 … 2ᵏ − 1. */
  readonly planes: number;
  /** The layer's own codes of x; the caller disposes the result. */
  apply(x: tf.Tensor): tf.Tensor;
}

export interface Sign extends Common {
  readonly kind: "sign";
  /** The layer's own signs −1 and +1 of x; the caller disposes the result. */
  apply(x: tf.Tensor): tf.Tensor;
}

export interface Pool extends Common, Sliding {
  readonly kind: "maxPool" | "averagePool";
  readonly size: Pair;
  readonly inside: boolean;
}

export interface PadChannels extends Common {
  readonly kind: "padChannels";
  readonly before: number;
}

export interface Plain extends Common {
  readonly kind: "image" | "add" | "mean" | "flatten";
}

/** An operation of a layer, as far as running it is concerned. */
export type Operation = Elementwise | RealConv | BitConv | PlaneConv | Sign | Quantize | Pool | PadChannels | Plain;

/** What turns floats into bits or codes. */
export type Discrete = Sign | Quantize;

/** Zeros around a map, which become the padding of the next window rather than an operation of their own. */
export interface ZeroPad extends Common {
  readonly kind: "zeroPad";
  readonly pad: Sliding["pad"];
}

/** The position of an operation, before it is connected. */
export interface UnconnectedOperation extends Omit<Common, "inputs"> {
  readonly inputs: readonly (Operation | ZeroPad)[];
}
