/** Height and width. */
export type Pair = readonly [number, number];

/** A window that slides over the map; `pad` is top, bottom, left, right. */
export interface Sliding {
  readonly strides: Pair;
  readonly pad: readonly [number, number, number, number];
}

/** Names of tensors: `thresholds` determine each channel's bit, which is inverted where `flips` has a 1. */
export interface ToBits {
  readonly thresholds: string;
  readonly flips?: string;
}

export interface From {
  readonly in: readonly number[];
}
