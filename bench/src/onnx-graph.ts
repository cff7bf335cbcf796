import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as AttributeType,
  type AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataType as DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "onnx-buf";

type Attribute = number | string | readonly number[] | { readonly float: number };
/** A size may be a name. */
type Shape = readonly (number | string)[];

function attribute(name: string, value: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === "number") return { name, type: AttributeType.INT, i: BigInt(value) };
  if (typeof value === "string") return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if ("float" in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: value.map(BigInt) };
}

function floats(name: string, shape: Shape): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((size) => ({
    value: typeof size === "number" ? { case: "dimValue" as const, value: BigInt(size) } : { case: "dimParam" as const, value: size },
  }));
  return { name, type: { value: { case: "tensorType", value: { elemType: DataType.FLOAT, shape: { dim } } } } };
}

/** A graph of ONNX operators (set 17), node by node; nodes and constants are identified by the names of their values. */
export class OnnxGraph {
  readonly #node: MessageInitShape<typeof NodeProtoSchema>[] = [];
  readonly #initializer: MessageInitShape<typeof TensorProtoSchema>[] = [];
  readonly #input: MessageInitShape<typeof ValueInfoProtoSchema>[] = [];
  readonly #output: MessageInitShape<typeof ValueInfoProtoSchema>[] = [];
  #count = 0;

  name(): string {
    return `v${this.#count++}`;
  }

  /** @returns the first output's name */
  add(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output: readonly string[] = [this.name()],
  ): string {
    const encoded = Object.entries(attributes).map(([name, value]) => attribute(name, value));
    this.#node.push({ opType, input: [...input], output: [...output], attribute: encoded });
    return output[0] ?? "";
  }

  /** @param values float32, int64 or, in bytes, truth values */
  constant(values: Float32Array | BigInt64Array | Uint8Array, shape: readonly number[] = [values.length]): string {
    const name = this.name();
    const dataType = values instanceof Float32Array ? DataType.FLOAT : values instanceof BigInt64Array ? DataType.INT64 : DataType.BOOL;
    const rawData = Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#initializer.push({ name, dataType, dims: shape.map(BigInt), rawData });
    return name;
  }

  /** Of float32. */
  input(name: string, shape: Shape): string {
    this.#input.push(floats(name, shape));
    return name;
  }

  /** Of float32. */
  output(name: string, shape: Shape): void {
    this.#output.push(floats(name, shape));
  }

  file(): Uint8Array {
    const [node, initializer, input, output] = [this.#node, this.#initializer, this.#input, this.#output];
    const graph = { name: "net", node, initializer, input, output };
    return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 10n, opsetImport: [{ version: 17n }], graph }));
  }
}
