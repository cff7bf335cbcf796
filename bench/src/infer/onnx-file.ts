// The same net in float32 as an ONNX file: signs and ±a kernels are floats there.
import type { Operation } from "@benn/packed/export";
import { OnnxGraph } from "../onnx-graph.ts";

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
  const graph = new OnnxGraph();
  const [height, width, channels] = imageOf(logits).shape;
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
      case "padChannels":
        throw new RangeError(`${operation.layer}: pads channels, which no measured net does`);
      default:
        return operation satisfies never;
    }
  };
  graph.input("image", ["batch", channels, height, width]);
  graph.add("Flatten", [visit(logits)], {}, ["logits"]);
  graph.output("logits", ["batch", logits.shape[2]]);
  return graph.file();
}

function imageOf(operation: Operation): Operation {
  return operation.inputs[0] ? imageOf(operation.inputs[0]) : operation;
}
