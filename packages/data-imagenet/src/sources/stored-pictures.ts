import { UserError } from "@benn/core";
import { type Safetensors, type SafetensorsData } from "@benn/core/internals";
import type { Pictures, PictureRange } from "./pictures.ts";

/** Pictures within larger files: 20 bytes of index each. */
export class StoredPictures implements Pictures {
  readonly labels: Int32Array;
  readonly #offsets: Float64Array;
  readonly #lengths: Uint32Array;
  readonly #files: Int32Array;
  readonly #paths: readonly string[];
  readonly #form: NonNullable<PictureRange["form"]>;
  readonly #nameOf: (row: number) => string;

  constructor(
    { labels, offsets, lengths, files }: { labels: Int32Array; offsets: Float64Array; lengths: Uint32Array; files: Int32Array },
    {
      paths,
      form,
      nameOf,
    }: { paths: readonly string[]; form: NonNullable<PictureRange["form"]>; nameOf: (row: number, place: PictureRange) => string },
  ) {
    this.labels = labels;
    this.#offsets = offsets;
    this.#lengths = lengths;
    this.#files = files;
    this.#paths = paths;
    this.#form = form;
    this.#nameOf = (row) => nameOf(row, this.place(row));
  }

  get index(): Pictures["index"] {
    return [this.labels, this.#offsets, this.#lengths, this.#files];
  }

  place(row: number): PictureRange {
    const path = this.#paths[this.#files[row] ?? -1];
    if (path === undefined) throw new RangeError(`picture ${row} of ${this.labels.length}`);
    return { path, offset: this.#offsets[row] ?? 0, length: this.#lengths[row] ?? 0, form: this.#form };
  }

  name(row: number): string {
    return this.#nameOf(row);
  }
}

/** Builds an index row by row, in arrays that grow by half. */
export class IndexBuilder {
  #count = 0;
  #labels = new Int32Array(1024);
  #offsets = new Float64Array(1024);
  #lengths = new Uint32Array(1024);
  #files = new Int32Array(1024);

  get count(): number {
    return this.#count;
  }

  push(row: { label: number; offset: number; length: number; file: number }): void {
    if (this.#count === this.#labels.length) {
      const room = Math.ceil(this.#count * 1.5);
      this.#labels = grown(this.#labels, new Int32Array(room));
      this.#offsets = grown(this.#offsets, new Float64Array(room));
      this.#lengths = grown(this.#lengths, new Uint32Array(room));
      this.#files = grown(this.#files, new Int32Array(room));
    }
    this.#labels[this.#count] = row.label;
    this.#offsets[this.#count] = row.offset;
    this.#lengths[this.#count] = row.length;
    this.#files[this.#count++] = row.file;
  }

  /** The index as named arrays, for a file. */
  finish(): Safetensors {
    const entry = (dtype: "I32" | "F64" | "U32", data: SafetensorsData) => ({
      dtype,
      shape: [this.#count],
      data: data.slice(0, this.#count),
    });
    return {
      metadata: {},
      tensors: new Map([
        ["offsets", entry("F64", this.#offsets)],
        ["labels", entry("I32", this.#labels)],
        ["lengths", entry("U32", this.#lengths)],
        ["files", entry("I32", this.#files)],
      ]),
    };
  }
}

function grown<T extends Int32Array | Float64Array | Uint32Array>(old: T, into: T): T {
  into.set(old);
  return into;
}

/** The arrays of a cached index. @throws UserError if it is not one */
export function indexArrays({ tensors }: Safetensors): ConstructorParameters<typeof StoredPictures>[0] {
  const [labels, offsets, lengths, files] = ["labels", "offsets", "lengths", "files"].map((name) => tensors.get(name)?.data);
  if (
    !(labels instanceof Int32Array && offsets instanceof Float64Array && lengths instanceof Uint32Array && files instanceof Int32Array) ||
    [offsets, lengths, files].some((array) => array.length !== labels.length)
  ) {
    throw new UserError("imagenet: the kept index is not one. Remove it.");
  }
  return { labels, offsets, lengths, files };
}
