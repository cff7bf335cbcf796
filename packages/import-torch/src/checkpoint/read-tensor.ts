import { type ElementType, ELEMENT_BYTES, sizeOf, type Tensor } from "./tensor.ts";

const readers: Readonly<Record<ElementType, (view: DataView, at: number) => number>> = {
  Float: (view, at) => view.getFloat32(at, true),
  Double: (view, at) => view.getFloat64(at, true),
  Half: (view, at) => half(view.getUint16(at, true)),
  BFloat16: (view, at) => bfloat16(view.getUint16(at, true)),
  Long: (view, at) => Number(view.getBigInt64(at, true)),
  Int: (view, at) => view.getInt32(at, true),
  Short: (view, at) => view.getInt16(at, true),
  Char: (view, at) => view.getInt8(at),
  Byte: (view, at) => view.getUint8(at),
  Bool: (view, at) => view.getUint8(at),
};

/**
 * The tensor's elements in C order, as float32.
 * @param bytes all bytes under its storage's key: `storage.total` elements, little-endian
 */
export function readTensor({ storage, offset, shape, strides }: Tensor, bytes: Uint8Array): Float32Array {
  const read = readers[storage.type];
  const width = ELEMENT_BYTES[storage.type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(sizeOf(shape));
  const index = new Uint32Array(shape.length);
  let from = storage.offset + offset;
  for (let at = 0; at < values.length; at++) {
    values[at] = read(view, from * width);
    // Counts up like an odometer, the last axis first.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis] ?? 0;
      index[axis]! += 1;
      if (index[axis]! < (shape[axis] ?? 0)) break;
      from -= (strides[axis] ?? 0) * (shape[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return values;
}

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

const word = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
function bfloat16(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}
