import { NumpyType, type PickleValue } from "./pickle-value.ts";

const scalars: Readonly<Record<string, { readonly bytes: number; readonly read: (view: DataView, little: boolean) => number | boolean }>> =
  {
    b1: { bytes: 1, read: (view) => view.getUint8(0) !== 0 },
    i1: { bytes: 1, read: (view) => view.getInt8(0) },
    u1: { bytes: 1, read: (view) => view.getUint8(0) },
    i2: { bytes: 2, read: (view, little) => view.getInt16(0, little) },
    u2: { bytes: 2, read: (view, little) => view.getUint16(0, little) },
    i4: { bytes: 4, read: (view, little) => view.getInt32(0, little) },
    u4: { bytes: 4, read: (view, little) => view.getUint32(0, little) },
    i8: { bytes: 8, read: (view, little) => Number(view.getBigInt64(0, little)) },
    u8: { bytes: 8, read: (view, little) => Number(view.getBigUint64(0, little)) },
    f4: { bytes: 4, read: (view, little) => view.getFloat32(0, little) },
    f8: { bytes: 8, read: (view, little) => view.getFloat64(0, little) },
  };

/** `numpy.dtype("f8", …)`: a type of single numbers, no other. */
export function numpyType([code]: readonly PickleValue[]): NumpyType | undefined {
  return typeof code === "string" && Object.hasOwn(scalars, code) ? new NumpyType(code) : undefined;
}

/** `scalar(type, data)`: `best_acc` and the like, saved as NumPy numbers. Python 2 stores the data as text. */
export function numpyScalar([type, data]: readonly PickleValue[]): number | boolean | undefined {
  if (!(type instanceof NumpyType)) return undefined;
  const scalar = scalars[type.code];
  const bytes = typeof data === "string" && data.length === scalar?.bytes ? latin1Bytes(data) : data;
  if (!scalar || !(bytes instanceof Uint8Array) || bytes.length !== scalar.bytes) return undefined;
  return scalar.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), !type.bigEndian);
}

/** Text whose characters are bytes, as those bytes; undefined for other text. */
export function latin1Bytes(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "latin1");
  return bytes.toString("latin1") === text ? bytes : undefined;
}
