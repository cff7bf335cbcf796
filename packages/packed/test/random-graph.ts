import type { GraphNode, Shape } from "../src/graph.ts";
import { readModel } from "../src/read-model.ts";
import { windowOutput } from "../src/window.ts";
import { byteTensor, encodeModel, floatTensor, integerTensor, labelsFor, randomWindow, type Sketch } from "./random-model.ts";
import { runReference } from "./reference.ts";

const AFTER = { in: [0], strides: [1, 1], pad: [0, 0, 0, 0] } as const;
const values = ({ height, width, channels }: Shape): number => height * width * channels;

/** Thresholds of 2ᵏ − 1 levels in no order, some of them whole numbers that sums equal, and some that are always or never reached. */
function levels(sketch: Sketch, planes: number, channels: number, deviation: number): { thresholds: string } {
  const { random } = sketch;
  const value = (i: number): number =>
    i % 23 === 22
      ? i % 2
        ? Infinity
        : -Infinity
      : random.integer(2)
        ? Math.round(deviation * random.normal())
        : deviation * random.normal();
  return { thresholds: floatTensor(sketch, [2 ** planes - 1, channels], value) };
}

/** Adds one node of the requested kind to the last value, and returns its shape. */
export function addNode(sketch: Sketch, op: GraphNode["op"], x: Shape): Shape {
  const { random, nodes } = sketch;
  const from = { in: [nodes.length] };
  const window = randomWindow(random, [x.height, x.width]);
  const [height, width] = windowOutput([x.height, x.width], window.size, window);
  const normal = () => random.normal();
  const flips = (channels: number) => (random.integer(2) ? { flips: byteTensor(sketch, [Math.ceil(channels / 8)]) } : {});
  const { size, ...sliding } = window;
  switch (op) {
    case "conv":
    case "binaryConv": {
      const filters = 1 + random.integer(random.integer(2) ? 12 : 140);
      const length = size[0] * size[1] * x.channels;
      const bits = random.integer(2) === 1;
      const relu = { relu: random.integer(2) === 1 };
      const bias = random.integer(2) ? { bias: floatTensor(sketch, [filters], normal) } : {};
      if (op === "conv") {
        const kernel = floatTensor(sketch, [...size, x.channels, filters], () => 0.1 * normal());
        const block = 1 + random.integer(2 * length);
        const thresholds = () => floatTensor(sketch, [filters], (i) => (i % 11 === 10 ? (i % 2 ? Infinity : -Infinity) : 0.3 * normal()));
        nodes.push({
          op,
          ...from,
          kernel,
          block,
          ...sliding,
          ...(bits ? { thresholds: thresholds(), ...flips(filters) } : { ...relu, ...bias }),
        });
      } else {
        const kernel = byteTensor(sketch, [filters, Math.ceil(length / 8)]);
        const threshold = () =>
          random.integer(9) ? Math.round(Math.sqrt(length) * normal()) : random.integer(2) ? 2 ** 31 - 1 : -(2 ** 31);
        nodes.push({
          op,
          ...from,
          kernel,
          size,
          ...sliding,
          ...(bits
            ? { thresholds: integerTensor(sketch, Array.from({ length: filters }, threshold)), ...flips(filters) }
            : { scale: floatTensor(sketch, [filters], () => Math.abs(normal())), ...relu, ...bias }),
        });
      }
      return { kind: bits ? "bits" : "floats", height, width, channels: filters };
    }
    case "quantize": {
      const planes = 1 + random.integer(random.integer(3) ? 4 : 8);
      nodes.push({ op, ...from, ...levels(sketch, planes, x.channels, 1), ...flips(x.channels) });
      return { ...x, kind: "codes", planes };
    }
    case "planeConv": {
      const filters = 1 + random.integer(random.integer(2) ? 12 : 140);
      const weights = 1 + random.integer(random.integer(3) ? 3 : 8);
      const length = size[0] * size[1] * x.channels;
      const kernel = byteTensor(sketch, [weights, filters, Math.ceil(length / 8)]);
      const planes = 1 + random.integer(random.integer(3) ? 3 : 8);
      const isExact = length * (2 ** weights - 1) * (2 ** (x.planes ?? 1) - 1) < 2 ** 23;
      const how = {
        ...(random.integer(2) ? { odd: random.integer(2) === 1 } : {}),
        ...(random.integer(2) && isExact ? {} : { block: 1 + random.integer(2 * length) }),
      };
      const codes = random.integer(2) === 1;
      const spread = 2 ** weights * 2 ** (x.planes ?? 1) * Math.sqrt(length);
      nodes.push({
        op,
        ...from,
        kernel,
        size,
        ...sliding,
        ...how,
        ...(codes
          ? { ...levels(sketch, planes, filters, 0.3 * spread), ...flips(filters) }
          : {
              scale: floatTensor(sketch, [filters], () => normal() / spread),
              relu: random.integer(2) === 1,
              ...(random.integer(2) ? { bias: floatTensor(sketch, [filters], normal) } : {}),
            }),
      });
      return { kind: codes ? "codes" : "floats", height, width, channels: filters, ...(codes ? { planes } : {}) };
    }
    case "sign":
      nodes.push({ op, ...from, thresholds: floatTensor(sketch, [x.channels], normal), ...flips(x.channels) });
      return { ...x, kind: "bits" };
    case "affine": {
      const [mean, factor, offset] = [0, 1, 2].map(() => floatTensor(sketch, [x.channels], normal)) as [string, string, string];
      nodes.push({ op, ...from, mean, factor, offset });
      return x;
    }
    case "maxPool":
      nodes.push({ op, ...from, ...window, ...(x.kind === "floats" ? {} : flips(x.channels)) });
      return { ...x, height, width };
    case "averagePool":
      nodes.push({ op, ...from, ...window, inside: false });
      return { ...x, height, width };
    case "padChannels": {
      const before = random.integer(4);
      const channels = x.channels + before + random.integer(4);
      nodes.push({ op, ...from, before, channels });
      return { ...x, channels };
    }
    case "mean":
      nodes.push({ op, ...from });
      return { ...x, height: 1, width: 1 };
    case "add":
      nodes.push({ op, in: [nodes.length, nodes.length] });
      return x;
    case "relu":
    case "flatten":
      nodes.push({ op, ...from });
      return op === "flatten" ? { ...x, height: 1, width: 1, channels: values(x) } : x;
    default:
      return op satisfies never;
  }
}

export interface RandomModel {
  readonly file: Uint8Array;
  /** An image as bytes and as floats, and the result of plain loops. */
  readonly bytes: Uint8Array;
  readonly floats: Float32Array;
  readonly expected: Float32Array;
}

/** Ends the graph in logits that depend on every value of the last one, and encodes it. */
export function finishModel(sketch: Sketch, image: Shape, last: Shape): RandomModel {
  const { random, tensors, nodes } = sketch;
  let shape = last;
  if (shape.kind === "bits") {
    // Every bit counts: a 1×1 kernel of different filters reads all channels.
    const filters = 1 + random.integer(5);
    const kernel = byteTensor(sketch, [filters, Math.ceil(shape.channels / 8)]);
    nodes.push({ op: "binaryConv", ...AFTER, in: [nodes.length], kernel, size: [1, 1], scale: floatTensor(sketch, [filters], () => 1) });
    shape = { ...shape, kind: "floats", channels: filters };
  }
  if (shape.kind === "codes") {
    const filters = 1 + random.integer(5);
    const kernel = byteTensor(sketch, [2, filters, Math.ceil(shape.channels / 8)]);
    nodes.push({ op: "planeConv", ...AFTER, in: [nodes.length], kernel, size: [1, 1], scale: floatTensor(sketch, [filters], () => 1) });
    shape = { kind: "floats", height: shape.height, width: shape.width, channels: filters };
  }
  nodes.push({ op: "flatten", in: [nodes.length] });
  const { height, width, channels } = image;
  tensors.set("mean", { dtype: "F32", shape: [channels], data: Float32Array.from({ length: channels }, () => 100 + 20 * random.normal()) });
  tensors.set("deviation", {
    dtype: "F32",
    shape: [channels],
    data: Float32Array.from({ length: channels }, () => 40 + 20 * random.uniform()),
  });
  const header = {
    shape: [height, width, channels],
    labels: labelsFor(values(shape)),
    voter: "soft",
    preprocessing: "standardize",
  } as const;
  const file = encodeModel([{ architecture: "random", alpha: 1, nodes }], header, tensors);
  const checked = readModel(file, "model");
  const bytes = Uint8Array.from({ length: values(image) }, () => random.integer(256));
  const floats = Float32Array.from(bytes, (byte, i) => checked.table![(i % channels) * 256 + byte]!);
  const expected = runReference(nodes, checked.members[0]!.shapes, floats, checked.tensors);
  return { file, bytes, floats, expected };
}

export const randomImage = ({ random }: Sketch, kind: Shape["kind"] = "floats"): Shape => ({
  kind,
  height: 1 + random.integer(9),
  width: 1 + random.integer(9),
  channels: 1 + random.integer(random.integer(3) ? 6 : 100),
});
