import { PackedError } from "./packed-error.ts";

const elementBytes = { F32: 4, I32: 4, U8: 1 } as const;

export interface Tensor {
  readonly dtype: keyof typeof elementBytes;
  readonly shape: readonly number[];
  /** Little-endian, as in the file; not aligned. */
  readonly bytes: Uint8Array;
}

export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Everything after the header. */
  readonly data: Uint8Array;
}

/** Far above the size of any header, and small enough to parse safely. */
const LONGEST_HEADER = 32 << 20;

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A whole number from `least` to `most`. */
export function isCount(value: unknown, least = 0, most: number = Number.MAX_SAFE_INTEGER): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

/**
 * Reads a safetensors file; the tensors' bytes are views of it.
 * @throws PackedError if a length, an offset, a type or a shape does not fit
 * @see https://github.com/huggingface/safetensors
 */
export function readSafetensors(bytes: Uint8Array, name: string): TensorFile {
  const fail = (what: string): never => {
    throw new PackedError(`${name}: ${what}. The file is damaged or not a .benn file; fetch or export it again.`);
  };
  const length = headerLength(bytes, name);
  if (length > bytes.length - 8) fail(`has a header of ${length} bytes in a file of ${bytes.length}`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    fail("its header is not JSON");
  }
  if (!isRecord(header)) return fail("its header is not an object");
  const body = bytes.subarray(8 + length);
  const metadata = header["__metadata__"] ?? {};
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== "string")) return fail("its metadata is not text");
  const tensors = new Map<string, Tensor>();
  const spans: (readonly [number, number])[] = [];
  for (const [key, entry] of Object.entries(header)) {
    if (key === "__metadata__") continue;
    const called = `tensor ${JSON.stringify(key.slice(0, 80))}`;
    if (!isRecord(entry)) return fail(`${called} is not described`);
    const { dtype, shape, data_offsets: offsets } = entry;
    if (typeof dtype !== "string" || !Object.hasOwn(elementBytes, dtype)) return fail(`${called} has a type other than F32, I32 and U8`);
    if (!Array.isArray(shape) || shape.length > 8 || !shape.every((n) => isCount(n, 0, 2 ** 31)))
      return fail(`${called} has no usable shape`);
    if (!Array.isArray(offsets) || offsets.length !== 2) return fail(`${called} has no offsets`);
    const [begin, end] = offsets as unknown[];
    if (!isCount(begin) || !isCount(end, begin, body.length)) return fail(`${called} does not lie inside the file`);
    const type = dtype as Tensor["dtype"];
    const size = shape.reduce((product, n) => product * n, elementBytes[type]);
    if (size !== end - begin) return fail(`${called} of shape [${shape.join(", ")}] takes ${size} bytes and has ${end - begin}`);
    tensors.set(key, { dtype: type, shape: shape, bytes: body.subarray(begin, end) });
    if (size > 0) spans.push([begin, end]);
  }
  // The format has no gaps and no overlaps, so every byte of the file belongs to a tensor.
  let at = 0;
  for (const [begin, end] of spans.toSorted(([a], [b]) => a - b)) {
    if (begin !== at) fail(`its tensors ${begin < at ? "overlap" : "leave a gap"} at byte ${8 + length + begin}`);
    at = end;
  }
  if (at !== body.length) fail(`has ${body.length - at} bytes that belong to no tensor`);
  return { metadata: metadata as Record<string, string>, tensors, data: body };
}

/** Other kinds of files, by their first bytes. */
const FOREIGN = {
  "version https://git-lfs": "a pointer of Git LFS. Fetch the file with git lfs pull",
  "PK\u0003\u0004": "a zip archive, as are checkpoints of PyTorch. Unpack it, or import it with benn import-torch",
  "\u001F\u008B": "packed with gzip. Unpack it",
};

/** The header's length in bytes. @throws PackedError for a file that does not begin like a .benn file */
export function headerLength(bytes: Uint8Array, name: string): number {
  const text = String.fromCharCode(...bytes.subarray(0, 200));
  const foreign = /^\s*<(?:!doctype|html|\?xml)/i.test(text)
    ? "a page of the web. Give the address of the file itself"
    : Object.entries(FOREIGN).find(([start]) => text.startsWith(start))?.[1];
  if (foreign) throw new PackedError(`${name}: is ${foreign}.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? 0 : view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length >= 2 && length <= LONGEST_HEADER) return length;
  throw new PackedError(
    `${name}: has ${bytes.length < 8 ? `${bytes.length} bytes` : `a header of ${length} bytes`}, so it is not a .benn file, or damaged. Fetch or export it again.`,
  );
}

/** The values of a tensor as a copy. */
export function floatsOf({ bytes }: Tensor): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

export function integersOf({ bytes }: Tensor): Int32Array {
  return new Int32Array(Uint8Array.from(bytes).buffer);
}
