// Files of ONNX, written by hand, since all it takes is a page of protocol buffers.

const varint = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const byte = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest ? byte | 128 : byte);
  } while (rest);
  return bytes;
};
const field = (number: number, wire: number): Buffer => Buffer.from(varint((number << 3) | wire));
const whole = (number: number, value: number): Buffer => Buffer.concat([field(number, 0), Buffer.from(varint(value))]);
const nested = (number: number, ...parts: (Uint8Array | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([field(number, 2), Buffer.from(varint(body.length)), body]);
};
const float = (number: number, value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([field(number, 5), bytes]);
};

type Attribute = number | string | readonly number[] | { readonly float: number };
type Shape = readonly (number | string)[];

/** Element types of ONNX. */
const [FLOAT, INT64, BOOL] = [1, 7, 9];

function encodeAttribute(name: string, value: Attribute): Buffer {
  if (typeof value === "number") return nested(5, nested(1, name), whole(3, value), whole(20, 2));
  if (typeof value === "string") return nested(5, nested(1, name), nested(4, value), whole(20, 3));
  if ("float" in value) return nested(5, nested(1, name), float(2, value.float), whole(20, 1));
  return nested(5, nested(1, name), ...value.map((one) => whole(8, one)), whole(20, 7));
}

function encodeValue(field: number, name: string, shape: Shape): Buffer {
  const sizes = shape.map((n) => nested(1, typeof n === "number" ? whole(1, n) : nested(2, n)));
  return nested(field, nested(1, name), nested(2, nested(1, whole(1, FLOAT), nested(2, ...sizes))));
}

/** A graph of ONNX operators (set 17), node by node; nodes and constants are known by the names of their values. */
export class OnnxGraph {
  readonly #parts: Buffer[] = [];
  #count = 0;

  name(): string {
    return `v${this.#count++}`;
  }

  /** @returns the first output's name */
  add(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    outputs: readonly string[] = [this.name()],
  ): string {
    const encoded = Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value));
    const names = [...inputs.map((input) => nested(1, input)), ...outputs.map((output) => nested(2, output))];
    this.#parts.push(nested(1, ...names, nested(4, type), ...encoded));
    return outputs[0] ?? "";
  }

  /** @param values float32, int64 or, in bytes, truth values */
  constant(values: Float32Array | BigInt64Array | Uint8Array, shape: readonly number[] = [values.length]): string {
    const name = this.name();
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const type = values instanceof Float32Array ? FLOAT : values instanceof BigInt64Array ? INT64 : BOOL;
    this.#parts.push(nested(5, ...shape.map((n) => whole(1, n)), whole(2, type), nested(8, name), nested(9, bytes)));
    return name;
  }

  /** Of float32; a size may be a name. */
  input(name: string, shape: Shape): string {
    this.#parts.push(encodeValue(11, name, shape));
    return name;
  }

  output(name: string, shape: Shape): void {
    this.#parts.push(encodeValue(12, name, shape));
  }

  file(): Uint8Array {
    return Buffer.concat([whole(1, 10), nested(7, ...this.#parts, nested(2, "net")), nested(8, nested(1, ""), whole(2, 17))]);
  }
}
