import { readFileSync } from "node:fs";
import { UserError } from "@benn/core";
import { readSafetensors, type Safetensors, type SafetensorsEntry } from "@benn/core/internals";
import type { Values } from "./layout.ts";

/** A safetensors file of reference numbers that records what has been read from it. */
export class GoldenFile {
  readonly name: string;
  readonly metadata: Safetensors["metadata"];
  /** What was left out, and why. */
  readonly notes: string[] = [];
  readonly #tensors: Safetensors["tensors"];
  readonly #unread: Set<string>;
  readonly #leftOut = new Set<string>();

  /** @throws UserError if the file is not a safetensors file */
  constructor(path: string, name: string) {
    const { metadata, tensors } = readSafetensors(readFileSync(path), path);
    this.name = name;
    this.metadata = metadata;
    this.#tensors = tensors;
    this.#unread = new Set(tensors.keys());
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** The matches of the names of all tensors, in the order of the file. */
  match(pattern: RegExp): RegExpExecArray[] {
    return [...this.#tensors.keys()].map((name) => pattern.exec(name)).filter((match) => match !== null);
  }

  shape(name: string): readonly number[] {
    return this.#read(name).shape;
  }

  /** Numbers of the file, in float64. */
  numbers(name: string): Float64Array {
    return Float64Array.from(this.#read(name).data, Number);
  }

  /** A float32 tensor in the file's layout. */
  tensor(name: string): Values {
    const { shape, data } = this.#read(name);
    return { shape, values: data instanceof Float32Array ? data : Float32Array.from(data, Number) };
  }

  /** Records, in a whole sentence, why tensors are not compared. */
  leaveOut(names: readonly string[], why: string): void {
    for (const name of names) {
      this.#leftOut.add(name);
      this.#unread.delete(name);
    }
    this.notes.push(why);
  }

  isLeftOut(name: string): boolean {
    return this.#leftOut.has(name);
  }

  /** Names of tensors that were not read. */
  unread(): string[] {
    return [...this.#unread];
  }

  #read(name: string): SafetensorsEntry {
    const entry = this.#tensors.get(name);
    if (!entry) throw new UserError(`${this.name}: has no tensor "${name}". It is not whole, or of another form.`);
    this.#unread.delete(name);
    return entry;
  }
}
