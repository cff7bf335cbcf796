import { UserError } from "@benn/core";

/** Bytes per element, by PyTorch's name for the storage of its type. */
export const ELEMENT_BYTES = {
  Float: 4,
  Double: 8,
  Half: 2,
  BFloat16: 2,
  Long: 8,
  Int: 4,
  Short: 2,
  Char: 1,
  Byte: 1,
  Bool: 1,
} as const;

export type ElementType = keyof typeof ELEMENT_BYTES;

/** The numbers that tensors are views of. They are elsewhere in the file, under `key`. */
export class TorchStorage {
  readonly type: ElementType;
  readonly key: string;
  /** Number of elements under the key. */
  readonly total: number;
  /** Where this storage begins in it, and its number of elements. */
  readonly offset: number;
  readonly length: number;

  constructor(part: Pick<TorchStorage, "type" | "key" | "total" | "offset" | "length">) {
    this.type = part.type;
    this.key = part.key;
    this.total = part.total;
    this.offset = part.offset;
    this.length = part.length;
  }
}

/** A view of a storage: its element [i, j, …] has index `offset + i·strides[0] + j·strides[1] + …`. */
export class Tensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  /** @throws UserError if it would exceed its storage, or be larger than it */
  constructor(who: string, storage: TorchStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    const refuse = (what: string): UserError =>
      new UserError(`${who}: a tensor [${shape.join(", ")}] ${what}. The file is damaged, or made to do harm.`);
    const whole = [offset, ...shape, ...strides].every((n) => Number.isSafeInteger(n) && n >= 0);
    if (!whole || shape.length !== strides.length) throw refuse("has sizes, strides or an offset that cannot be");
    const size = sizeOf(shape);
    // With a stride of 0, a few bytes could stand for gigabytes.
    if (size > storage.length) throw refuse(`is larger than its storage of ${storage.length}`);
    const last = shape.reduce((sum, n, axis) => sum + (n - 1) * (strides[axis] ?? 0), offset);
    if (size > 0 && last >= storage.length) throw refuse(`reaches element ${last} of a storage of ${storage.length}`);
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
