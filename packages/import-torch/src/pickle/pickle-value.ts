import type { Tensor, TorchStorage } from "../checkpoint/tensor.ts";

/** The values that a pickle of a state dict may contain. Byte strings of Python 2 are strings whose characters are their bytes. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleDict
  | PickleTuple
  | PickleGlobal
  | NumpyType
  | TorchStorage
  | Tensor;

/** Keys of a dictionary: types that both languages compare by value. */
export type PickleKey = null | boolean | number | bigint | string;

export type PickleDict = Map<PickleKey, PickleValue>;

export class PickleTuple {
  readonly items: readonly PickleValue[];
  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/** A name that may be called or used as a type, and nothing else. */
export class PickleGlobal {
  /** `collections.OrderedDict` */
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A NumPy type of single numbers, `f8`; its byte order is set later. */
export class NumpyType {
  readonly code: string;
  bigEndian = false;
  constructor(code: string) {
    this.code = code;
  }
}
