import { UserError } from "@benn/core";
import { foreignFile } from "@benn/core/internals";
import type { PickleValue } from "../pickle/pickle-value.ts";
import { latin1 } from "../byte-reader.ts";
import { printable } from "../printable.ts";
import { findStateDict } from "./find-state-dict.ts";
import { readLegacy, type RawCheckpoint } from "./read-legacy.ts";
import { readTensor } from "./read-tensor.ts";
import { readZip } from "./read-zip.ts";
import { sizeOf, Tensor } from "./tensor.ts";

export interface Checkpoint {
  /** Weights by PyTorch's names, in its order. They are not read yet. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Entries next to the weights that are a single number or text: `best_acc`, `epoch`, `arch`. Safe to print. */
  readonly facts: Readonly<Record<string, number | string | boolean>>;
  /** Entries next to the weights that were ignored, such as `optimizer`. */
  readonly skipped: readonly string[];
  /** A tensor's elements in C order, as float32. */
  read(tensor: Tensor): Float32Array;
}

/**
 * Reads a checkpoint: `{ best_acc, state_dict, … }` with that or another usual key, or a state dict alone, in either format of torch.save.
 * Nothing in it is executed, see `unpickle`.
 * @param who the file, for messages
 * @throws UserError if it is not a checkpoint, is damaged, or contains what a state dict does not need
 */
export function readCheckpoint(bytes: Uint8Array, who: string): Checkpoint {
  const { value, bytesOf } = open(bytes, who);
  const { tensors, beside } = findStateDict(value, who);
  const read = (tensor: Tensor): Float32Array => readTensor(tensor, bytesOf(tensor.storage.key));
  const facts: Record<string, number | string | boolean> = {};
  const skipped: string[] = [];
  for (const [name, fact] of beside) {
    const plain = fact instanceof Tensor && sizeOf(fact.shape) === 1 ? read(fact)[0] : fact;
    if (isFact(plain)) facts[printable(name)] = typeof plain === "string" ? printable(plain) : plain;
    else skipped.push(printable(name));
  }
  return { tensors, facts, skipped, read };
}

/** By the first bytes: a zip archive's, PROTO of a pickle of protocol 2, or LONG of one of protocol 1. */
function open(bytes: Uint8Array, who: string): RawCheckpoint {
  if (latin1(bytes.subarray(0, 4)) === "PK\x03\x04") return readZip(bytes, who);
  if (bytes[0] === 0x80 || bytes[0] === 0x4c) return readLegacy(bytes, who);
  const foreign = foreignFile(bytes);
  throw new UserError(
    `${who}: is ${foreign?.what ?? "not a checkpoint of PyTorch"}. ${foreign?.remedy ?? "Give a file that torch.save wrote (.pth.tar, .pth, .pt)."}`,
  );
}

function isFact(value: PickleValue | undefined): value is number | string | boolean {
  return ["number", "string", "boolean"].includes(typeof value);
}
