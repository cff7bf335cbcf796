// The same net in float32 as an ONNX file: signs and ±a kernels are floats there. Written by hand, since all it takes is a
// page of protocol buffers.
import type { Operation } from "@benn/packed/export";

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

type Attribute = number | readonly number[] | { readonly float: number };

class Graph {
  readonly nodes: Buffer[] = [];
  readonly constants: Buffer[] = [];
  #count = 0;

  add(type: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, output = `v${this.#count++}`): string {
    const encoded = Object.entries(attributes).map(([name, value]) =>
      typeof value === "number"
        ? nested(5, nested(1, name), whole(3, value), whole(20, 2))
        : "float" in value
          ? nested(5, nested(1, name), float(2, value.float), whole(20, 1))
          : nested(5, nested(1, name), ...value.map((one) => whole(8, one)), whole(20, 7)),
    );
    this.nodes.push(nested(1, ...inputs.map((input) => nested(1, input)), nested(2, output), nested(4, type), ...encoded));
    return output;
  }

  constant(values: Float32Array | BigInt64Array, shape: readonly number[]): string {
    const name = `c${this.#count++}`;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.constants.push(
      nested(5, ...shape.map((n) => whole(1, n)), whole(2, values instanceof Float32Array ? 1 : 7), nested(8, name), nested(9, bytes)),
    );
    return name;
  }
}

/** [height, width, channels, filters] → [filters, channels, height, width]. */
function filtersFirst(
  kernel: (k: number) => number,
  [height, width]: readonly [number, number],
  channels: number,
  filters: number,
): Float32Array {
  const turned = new Float32Array(height * width * channels * filters);
  for (let tap = 0; tap < height * width; tap++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let filter = 0; filter < filters; filter++) {
        turned[(filter * channels + channel) * height * width + tap] = kernel((tap * channels + channel) * filters + filter);
      }
    }
  }
  return turned;
}

/** @returns an ONNX model with input "image" [batch, channels, height, width] and output "logits" [batch, classes] */
export function onnxFile(logits: Operation): Uint8Array {
  const graph = new Graph();
  const done = new Map<Operation, string>();
  const visit = (operation: Operation): string => {
    const known = done.get(operation);
    if (known !== undefined) return known;
    const name = emit(operation);
    done.set(operation, name);
    return name;
  };
  const emit = (operation: Operation): string => {
    const inputs = operation.inputs.map(visit);
    const [, , channels] = operation.shape;
    const window = ({ size, strides, pad: [top, bottom, left, right] }: Extract<Operation, { size: unknown }>) => ({
      kernel_shape: size,
      strides,
      pads: [top, left, bottom, right],
    });
    switch (operation.kind) {
      case "image":
        return "image";
      case "conv":
      case "binaryConv": {
        const inChannels = operation.inputs[0]?.shape[2] ?? 0;
        const kernel =
          operation.kind === "conv"
            ? (k: number) => operation.kernel[k] ?? 0
            : (k: number) => {
                const filter = k % channels;
                const bit = Math.floor(k / channels);
                const set = ((operation.bits[(filter * operation.bits.length) / channels + (bit >> 3)] ?? 0) >> (bit & 7)) & 1;
                return (set ? 1 : -1) * (operation.scale[filter] ?? 0);
              };
        const weights = graph.constant(filtersFirst(kernel, operation.size, inChannels, channels), [
          channels,
          inChannels,
          ...operation.size,
        ]);
        const bias = operation.bias ? [graph.constant(operation.bias, [channels])] : [];
        const sum = graph.add("Conv", [...inputs, weights, ...bias], window(operation));
        return operation.relu ? graph.add("Relu", [sum]) : sum;
      }
      case "affine": {
        const { mean, factor, offset } = operation.affine ?? {
          mean: new Float32Array(channels),
          factor: new Float32Array(channels).fill(1),
          offset: new Float32Array(channels),
        };
        const variance = factor.map((value) => 1 / (value * value));
        const constants = [new Float32Array(channels).map((_, i) => Math.sign(factor[i] ?? 1)), offset, mean, variance].map((values) =>
          graph.constant(values, [channels]),
        );
        return graph.add("BatchNormalization", [...inputs, ...constants], { epsilon: { float: 0 } });
      }
      case "relu":
        return graph.add("Relu", inputs);
      case "sign":
        return graph.add("Sign", inputs);
      case "maxPool":
        return graph.add("MaxPool", inputs, window(operation));
      case "averagePool":
        return graph.add("AveragePool", inputs, { ...window(operation), count_include_pad: operation.inside ? 0 : 1 });
      case "add":
        return graph.add("Add", inputs);
      case "mean":
        return graph.add("GlobalAveragePool", inputs);
      case "flatten":
        return graph.add("Flatten", inputs);
      default:
        return operation satisfies never;
    }
  };
  const [height, width, channels] = imageOf(logits).shape;
  graph.add("Flatten", [visit(logits)], {}, "logits");
  const typed = (field: number, name: string, shape: readonly (number | string)[]): Buffer => {
    const sizes = shape.map((n) => nested(1, typeof n === "number" ? whole(1, n) : nested(2, n)));
    return nested(field, nested(1, name), nested(2, nested(1, whole(1, 1), nested(2, ...sizes))));
  };
  const body = [
    ...graph.nodes,
    nested(2, "net"),
    ...graph.constants,
    typed(11, "image", ["batch", channels, height, width]),
    typed(12, "logits", ["batch", logits.shape[2]]),
  ];
  return Buffer.concat([whole(1, 10), nested(7, ...body), nested(8, nested(1, ""), whole(2, 17))]);
}

function imageOf(operation: Operation): Operation {
  return operation.inputs[0] ? imageOf(operation.inputs[0]) : operation;
}
