import { UserError } from "@benn/core";
import { printable } from "../printable.ts";
import { ByteReader } from "../byte-reader.ts";
import type { PickleValue } from "../pickle/pickle-value.ts";
import { unpickle } from "../pickle/unpickle.ts";
import { byteLength, StorageBook } from "./storage-book.ts";

/** 0x1950a86a20f9469cfc6c, at the beginning of the file. */
const MAGIC = 119547037146038801333356n;
const PROTOCOL = 1001;

/** A checkpoint's value, and the bytes of its storages by their keys. */
export interface RawCheckpoint {
  readonly value: PickleValue;
  readonly bytesOf: (key: string) => Uint8Array;
}

/**
 * Reads the format that PyTorch wrote before 1.6: five consecutive pickles (a magic number, a version, facts about the machine, the value,
 * the keys of its storages), then each storage's number of elements and its bytes. Nothing is copied.
 * @throws UserError if it is incomplete, or contains what a state dict does not need
 */
export function readLegacy(bytes: Uint8Array, who: string): RawCheckpoint {
  const reader = new ByteReader(bytes, who);
  if (unpickle(reader) !== MAGIC) {
    throw new UserError(`${who}: is a pickle, but none that torch.save wrote. Give a checkpoint (.pth.tar, .pth, .pt).`);
  }
  if (unpickle(reader) !== PROTOCOL)
    throw new UserError(
      `${who}: is not of version ${PROTOCOL} of torch.save's form, the only one known. Save it again with a newer PyTorch.`,
    );
  const facts = unpickle(reader);
  if (!(facts instanceof Map) || facts.get("little_endian") !== true) {
    throw new UserError(`${who}: was written on a big-endian machine. Load it and save it again on a common one.`);
  }
  const storages = new StorageBook(who);
  const value = unpickle(reader, storages.add);
  const keys = unpickle(reader);
  const places = new Map<string, Uint8Array>();
  for (const key of Array.isArray(keys) ? keys : []) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (!storage || places.has(storage.key)) throw new UserError(`${who}: its list of storages is not that of its tensors. It is damaged.`);
    const elements = reader.i8();
    if (elements !== BigInt(storage.total)) {
      throw new UserError(`${who}: a storage has ${elements} elements where ${storage.total} were announced. The file is damaged.`);
    }
    places.set(storage.key, reader.take(byteLength(storage)));
  }
  const missing = [...storages.keys()].find((key) => !places.has(key));
  if (missing !== undefined) throw new UserError(`${who}: has no bytes for storage "${printable(missing)}". It is damaged.`);
  return { value, bytesOf: (key) => places.get(key) ?? new Uint8Array(0) };
}
