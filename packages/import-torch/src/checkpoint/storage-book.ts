import { UserError } from "@benn/core";
import { printable } from "../printable.ts";
import type { PickleValue } from "../pickle/pickle-value.ts";
import { storageOf } from "./storage-of.ts";
import { ELEMENT_BYTES, type TorchStorage } from "./tensor.ts";

/** The storages that a pickle refers to, each with one type and size however often it occurs. */
export class StorageBook {
  readonly #who: string;
  readonly #storages = new Map<string, TorchStorage>();

  constructor(who: string) {
    this.#who = who;
  }

  /** @throws UserError if the id is malformed, or contradicts another one with the same key */
  readonly add = (id: PickleValue): TorchStorage => {
    const storage = storageOf(id, this.#who);
    const known = this.#storages.get(storage.key);
    if (known && (known.type !== storage.type || known.total !== storage.total)) {
      throw new UserError(
        `${this.#who}: storage "${printable(storage.key)}" is ${known.total} ${known.type} in one place and ${storage.total} ${storage.type} in another. The file is damaged, or made to do harm.`,
      );
    }
    this.#storages.set(storage.key, storage);
    return storage;
  };

  get(key: string): TorchStorage | undefined {
    return this.#storages.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#storages.keys();
  }
}

export function byteLength({ type, total }: TorchStorage): number {
  return ELEMENT_BYTES[type] * total;
}
