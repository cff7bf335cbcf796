import { UserError } from "@benn/core";
import type { ByteReader } from "../byte-reader.ts";
import type { TorchStorage } from "../checkpoint/tensor.ts";
import type { CallContext } from "./globals.ts";
import type { PickleDict, PickleValue } from "./pickle-value.ts";

/** How refusals end. */
export const REMEDY =
  "Load it where you trust it and save the weights alone: torch.save({'state_dict': model.state_dict()}, 'clean.pth.tar').";

/**
 * The state of the interpreter: a stack, marks on it, and the memo. Everything that it creates costs bytes of the pickle, one step at a
 * time, so that a small file cannot create large objects.
 */
export class Machine implements CallContext {
  readonly reader: ByteReader;
  readonly onStorage: ((id: PickleValue) => TorchStorage) | undefined;
  /** Dictionaries created by OrderedDict(): their attributes may be set, and are dropped. */
  readonly ordered = new WeakSet<PickleDict>();
  readonly #memo = new Map<number, PickleValue>();
  #stack: PickleValue[] = [];
  readonly #below: PickleValue[][] = [];
  #purse: number;

  /** @param onStorage resolves persistent ids; without it they are refused */
  constructor(reader: ByteReader, onStorage?: (id: PickleValue) => TorchStorage) {
    this.reader = reader;
    this.onStorage = onStorage;
    this.#purse = reader.left;
  }

  get who(): string {
    return this.reader.who;
  }

  refuse(what: string): UserError {
    return new UserError(`${this.who}: its pickle ${what}, which no state dict needs (at byte ${this.reader.at}). ${REMEDY}`);
  }

  damaged(what: string): UserError {
    return new UserError(`${this.who}: its pickle ${what} (at byte ${this.reader.at}). The file is damaged; copy it again.`);
  }

  spend(items: number): void {
    this.#purse -= items;
    if (this.#purse < 0) throw this.refuse("copies more than it holds");
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined) throw this.damaged("takes from an empty stack");
    return value;
  }

  top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined) throw this.damaged("looks at an empty stack");
    return value;
  }

  mark(): void {
    this.#below.push(this.#stack);
    this.#stack = [];
  }

  /** Returns what was pushed since the last mark, and removes the mark. */
  popMark(): PickleValue[] {
    const items = this.#stack;
    const below = this.#below.pop();
    if (!below) throw this.damaged("misses a mark");
    this.#stack = below;
    return items;
  }

  put(index: number): void {
    this.#memo.set(index, this.top());
  }

  get(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.damaged(`asks for memo ${index}, where nothing is`);
    this.push(value);
  }

  /** The only value that is left at the end. */
  result(): PickleValue {
    const value = this.pop();
    if (this.#stack.length > 0 || this.#below.length > 0) throw this.damaged("leaves more than one value");
    return value;
  }
}
