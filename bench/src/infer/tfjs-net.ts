import type { Operation } from "@benn/packed/export";
import * as tf from "@benn/core/tensorflow";

/**
 * A network in float32 from TensorFlow.js's own kernels, with every constant created in advance on its active backend.
 * @returns [batch, height, width, channels] → [batch, classes]
 */
export function tfjsNet(logits: Operation): (images: tf.Tensor4D) => tf.Tensor {
  const made = new Map<Operation, (values: Map<Operation, tf.Tensor4D>) => tf.Tensor4D>();
  const order: Operation[] = [];
  const visit = (operation: Operation): void => {
    if (made.has(operation)) return;
    for (const input of operation.inputs) visit(input);
    made.set(operation, compile(operation));
    order.push(operation);
  };
  visit(logits);
  return (images) => {
    const values = new Map<Operation, tf.Tensor4D>();
    for (const operation of order) values.set(operation, operation.kind === "image" ? images : (made.get(operation)?.(values) ?? images));
    const last = values.get(logits) ?? images;
    return tf.reshape(last, [images.shape[0], logits.shape[2]]);
  };
}

function compile(operation: Operation): (values: Map<Operation, tf.Tensor4D>) => tf.Tensor4D {
  const channels = operation.shape[2];
  const input = (values: Map<Operation, tf.Tensor4D>, i = 0): tf.Tensor4D => {
    const of = operation.inputs[i];
    const value = of && values.get(of);
    if (!value) throw new RangeError(`${operation.layer}: has no input ${i}`);
    return value;
  };
  switch (operation.kind) {
    case "image":
      return (values) => input(values);
    case "conv":
    case "binaryConv": {
      const inChannels = operation.inputs[0]?.shape[2] ?? 0;
      const [height, width] = operation.size;
      const shape: [number, number, number, number] = [height, width, inChannels, channels];
      const filter = tf.tensor4d(operation.kind === "conv" ? operation.kernel : floatsOf(operation, height * width * inChannels), shape);
      const bias = operation.bias && tf.tensor1d(operation.bias);
      const { strides, pad } = operation;
      const [top, bottom, left, right] = pad;
      const padding: tf.backend_util.ExplicitPadding = [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ];
      const activation = operation.relu ? ("relu" as const) : ("linear" as const);
      return (values) =>
        tf.fused.conv2d({
          x: input(values),
          filter,
          strides: [...strides],
          pad: pad.every((n) => n === 0) ? "valid" : padding,
          activation,
          ...(bias ? { bias } : {}),
        });
    }
    case "affine": {
      const { mean, factor, offset } = operation.affine ?? {
        mean: new Float32Array(channels),
        factor: new Float32Array(channels),
        offset: new Float32Array(channels),
      };
      const scale = tf.tensor1d(factor.map(Math.sign));
      const [m, v, o] = [mean, factor.map((value) => 1 / (value * value)), offset].map((values) => tf.tensor1d(values)) as [
        tf.Tensor1D,
        tf.Tensor1D,
        tf.Tensor1D,
      ];
      return (values) => tf.batchNorm4d(input(values), m, v, o, scale, 0);
    }
    case "relu":
      return (values) => tf.relu(input(values));
    case "sign":
      return (values) => tf.sign(input(values));
    case "maxPool": // after a ReLU, a padding zero never exceeds the maximum
    case "averagePool": {
      const { size, strides, pad, inside } = operation;
      const [top, bottom, left, right] = pad;
      const pool = operation.kind === "maxPool" ? tf.maxPool : tf.avgPool;
      if (inside && pad.some((n) => n > 0)) throw new RangeError(`${operation.layer}: pads what is divided by the inside`);
      return (values) => pool(tf.pad4d(input(values), [[0, 0], [top, bottom], [left, right], [0, 0]]), [...size], [...strides], "valid"); // prettier-ignore
    }
    case "add":
      return (values) => tf.add(input(values), input(values, 1));
    case "mean":
      return (values) => tf.mean(input(values), [1, 2], true);
    case "flatten":
      return (values) => tf.reshape(input(values), [-1, 1, 1, channels]);
    case "quantize":
    case "planeConv":
      throw new RangeError(`${operation.layer}: is of several bits, which no net that is raced has`);
    case "padChannels":
      throw new RangeError(`${operation.layer}: pads channels, which no measured net does`);
    default:
      return operation satisfies never;
  }
}

/** [height, width, channels, filters] of −a and +a. */
function floatsOf({ bits, scale, shape: [, , filters] }: Extract<Operation, { kind: "binaryConv" }>, length: number): Float32Array {
  const rowBytes = bits.length / filters;
  return Float32Array.from({ length: length * filters }, (_, i) => {
    const filter = i % filters;
    const k = Math.floor(i / filters);
    return (((bits[filter * rowBytes + (k >> 3)] ?? 0) >> (k & 7)) & 1 ? 1 : -1) * (scale[filter] ?? 0);
  });
}
