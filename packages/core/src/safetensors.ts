// The safetensors format (https://github.com/huggingface/safetensors): an 8-byte little-endian header length, a JSON header, raw
// little-endian data. Used for checkpoints, golden numbers and .benn files.
import { z } from "zod";
import { checkValue, faultSentence } from "./check-value.ts";
import { UserError } from "./user-error.ts";

const arrays = {
  F32: Float32Array,
  F64: Float64Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
  I32: Int32Array,
  U32: Uint32Array,
  I64: BigInt64Array,
} as const;

export type SafetensorsType = keyof typeof arrays;
export type SafetensorsData = Float32Array | Float64Array | Int8Array | Uint8Array | Int32Array | Uint32Array | BigInt64Array;

export interface SafetensorsEntry {
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  readonly data: SafetensorsData;
}

export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

const headerEntry = z.strictObject({
  dtype: z.enum(Object.keys(arrays) as [SafetensorsType, ...SafetensorsType[]]),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const header = z.object({ __metadata__: z.record(z.string(), z.string()).optional() }).catchall(headerEntry);

/**
 * Parses a file; the arrays are copies.
 * @param name of the file, for messages
 * @throws UserError if a length, an offset or a shape does not fit
 */
export function readSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const fail = (what: string): never => {
    throw new UserError(`${name}: ${what}. The file is damaged or not in safetensors format.`);
  };
  if (bytes.byteLength < 8) fail(`has ${bytes.byteLength} bytes, fewer than the 8 of the header's length`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > bytes.byteLength - 8) fail(`header of ${length} bytes in a file of ${bytes.byteLength}`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    fail("header is not JSON");
  }
  const parsed = checkValue(header, json);
  if (parsed.fault) return fail(`header entry ${faultSentence(parsed.fault)}`);
  const { __metadata__: metadata = {}, ...entries } = parsed.data;
  const body = bytes.subarray(8 + length);
  const tensors = new Map<string, SafetensorsEntry>();
  for (const [key, entry] of Object.entries<z.output<typeof headerEntry>>(entries)) {
    const [begin, end] = entry.data_offsets;
    const size = entry.shape.reduce((product, n) => product * n, 1) * arrays[entry.dtype].BYTES_PER_ELEMENT;
    if (end < begin || end > body.byteLength) fail(`tensor "${key}" lies at ${begin} to ${end} of ${body.byteLength} bytes`);
    if (end - begin !== size) fail(`tensor "${key}" of shape [${entry.shape.join(", ")}] takes ${size} bytes, has ${end - begin}`);
    // Copied, since data in the file need not be aligned to its element size. Not with Buffer's slice, which does not copy.
    tensors.set(key, {
      dtype: entry.dtype,
      shape: entry.shape,
      data: new arrays[entry.dtype](new Uint8Array(body.subarray(begin, end)).buffer),
    });
  }
  return { metadata, tensors };
}

/** The bytes of a file. Tensors are in the order of the map, but the largest element types first, as the format requires of writers. */
export function writeSafetensors({ metadata, tensors }: Safetensors): Uint8Array {
  const ordered = [...tensors].toSorted(([, a], [, b]) => arrays[b.dtype].BYTES_PER_ELEMENT - arrays[a.dtype].BYTES_PER_ELEMENT);
  let offset = 0;
  const entries: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  for (const [key, { dtype, shape, data }] of ordered) {
    entries[key] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  let json = JSON.stringify(entries);
  json += " ".repeat((8 - (new TextEncoder().encode(json).byteLength % 8)) % 8); // aligns the data to a multiple of 8
  const head = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + head.byteLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.byteLength), true);
  bytes.set(head, 8);
  let at = 8 + head.byteLength;
  for (const [, { data }] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}
