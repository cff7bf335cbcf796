import type { GraphNode, Shape } from "./graph.ts";
import type { Pair, Sliding } from "./node-parts.ts";
import { isCount, isRecord } from "./read-safetensors.ts";
import { windowOutput } from "./window.ts";

/** Limits far beyond any image network; they keep a forged file from requesting absurd work or memory. */
const MOST = { side: 16_384, channels: 65_536, values: 2 ** 26, window: 64, nodes: 4096 } as const;

type Fail = (what: string) => never;

/** The properties of tensors that are checked. */
type Tensors = ReadonlyMap<string, { readonly dtype: string; readonly shape: readonly number[] }>;

/** The keys of each node; any other key is refused, so that a later version's node is not misinterpreted. */
const KEYS: Readonly<Record<GraphNode["op"], readonly string[]>> = {
  conv: ["kernel", "bias", "relu", "block", "strides", "pad", "thresholds", "flips"],
  binaryConv: ["kernel", "size", "scale", "bias", "relu", "strides", "pad", "thresholds", "flips"],
  planeConv: ["kernel", "size", "odd", "block", "scale", "bias", "relu", "strides", "pad", "thresholds", "flips"],
  sign: ["thresholds", "flips"],
  quantize: ["thresholds", "flips"],
  affine: ["mean", "factor", "offset"],
  maxPool: ["size", "strides", "pad", "flips"],
  averagePool: ["size", "strides", "pad", "inside"],
  padChannels: ["before", "channels"],
  relu: [],
  add: [],
  mean: [],
  flatten: [],
};

/** Checks one tensor that a node names. */
type NeedTensor = (key: string, dtype: "F32" | "I32" | "U8", shape: readonly number[], optional?: boolean) => void;

/**
 * Checks a member's nodes and determines the shape of each value, the image first.
 * @param nameOf a node, for messages; default its number
 * @param fail throws an error that says what is wrong
 */
export function checkNodes(
  nodes: unknown,
  image: Shape,
  classes: number,
  {
    tensors,
    nameOf = (node) => `node ${node}`,
    fail,
  }: { readonly tensors: Tensors; readonly nameOf?: (node: number) => string; readonly fail: Fail },
): { readonly nodes: readonly GraphNode[]; readonly shapes: readonly Shape[] } {
  if (!Array.isArray(nodes) || nodes.length === 0 || nodes.length > MOST.nodes) return fail("has no usable list of nodes");
  const shapes: Shape[] = [image];
  for (const [i, node] of nodes.entries()) {
    const refuse: Fail = (what) => fail(`${nameOf(i)} ${what}`);
    if (!isRecord(node) || typeof node["op"] !== "string" || !Object.hasOwn(KEYS, node["op"])) return refuse("is of an unknown kind");
    const op = node["op"] as GraphNode["op"];
    const odd = Object.keys(node).find((key) => key !== "op" && key !== "in" && !KEYS[op].includes(key));
    if (odd !== undefined) return refuse(`(${op}) has the unknown key ${JSON.stringify(odd.slice(0, 40))}`);
    const inputs: unknown = node["in"];
    if (!Array.isArray(inputs) || inputs.length !== (op === "add" ? 2 : 1) || !inputs.every((v) => isCount(v, 0, i)))
      return refuse(`(${op}) has no usable inputs`);
    const from = inputs.map((value) => shapes[value] as Shape);
    const shape = shapeOf(op, node, from, { tensors, fail: (what) => refuse(`(${op}) ${what}`) });
    if (!isCount(shape.height, 1, MOST.side) || !isCount(shape.width, 1, MOST.side) || !isCount(shape.channels, 1, MOST.channels))
      return refuse(`(${op}) gives a map of ${shape.height}×${shape.width}×${shape.channels}`);
    if (shape.height * shape.width * shape.channels > MOST.values) return refuse(`(${op}) gives more values than any picture needs`);
    shapes.push(shape);
  }
  const last = shapes.at(-1) as Shape;
  if (last.kind !== "floats" || last.height !== 1 || last.width !== 1 || last.channels !== classes)
    return fail(`ends in ${last.height}×${last.width}×${last.channels} ${last.kind} for ${classes} labels`);
  return { nodes: nodes, shapes };
}

function shapeOf(
  op: GraphNode["op"],
  node: Readonly<Record<string, unknown>>,
  [x, second]: readonly Shape[],
  { tensors, fail }: { readonly tensors: Tensors; readonly fail: Fail },
): Shape {
  if (!x) return fail("has no input");
  const tensorAt = (key: string) => (typeof node[key] === "string" ? tensors.get(node[key]) : undefined);
  const need: NeedTensor = (key, dtype, shape, optional = false) => {
    if (node[key] === undefined && optional) return;
    const tensor = tensorAt(key);
    if (!tensor) fail(`names no tensor as its ${key}`);
    else if (tensor.dtype !== dtype || tensor.shape.length !== shape.length || tensor.shape.some((n, axis) => n !== shape[axis]))
      fail(`has a ${key} ${tensor.dtype} [${tensor.shape.join(", ")}], not ${dtype} [${shape.join(", ")}]`);
  };
  const floats = (of: Shape): Shape => (of.kind === "floats" ? of : fail(`works on floats and gets ${of.kind}`));
  const flag = (key: string): void => {
    if (node[key] !== undefined && typeof node[key] !== "boolean") fail(`has a ${key} that is neither true nor false`);
  };
  const flips = (channels: number): void => need("flips", "U8", [Math.ceil(channels / 8)], true);
  const codes = (channels: number): Pick<Shape, "kind" | "planes"> => {
    const planes = Math.log2((tensorAt("thresholds")?.shape[0] ?? 0) + 1);
    if (!isCount(planes, 1, 8)) return fail("has no usable thresholds");
    need("thresholds", "F32", [2 ** planes - 1, channels]);
    return { kind: "codes", planes };
  };
  const window = (size: unknown): Shape => {
    const { strides, pad } = node;
    if (!isPair(size, 1, MOST.window)) return fail("has no usable size");
    if (!isPair(strides, 1, MOST.window)) return fail("has no usable strides");
    if (!Array.isArray(pad) || pad.length !== 4 || !pad.every((n, side) => isCount(n, 0, (size[side >> 1] as number) - 1)))
      return fail("has no usable padding");
    const [height, width] = windowOutput([x.height, x.width], size, { strides, pad } as unknown as Sliding);
    return { ...x, height, width };
  };

  switch (op) {
    case "conv": {
      const kernel = tensorAt("kernel");
      if (!kernel || kernel.shape.length !== 4) return fail("has no kernel of four axes");
      const [height, width, , filters = 0] = kernel.shape;
      const { channels } = floats(x);
      need("kernel", "F32", [height ?? 0, width ?? 0, channels, filters]);
      if (!isCount(node["block"], 1, 2 ** 31 - 1)) return fail("has no usable block");
      flag("relu");
      need("bias", "F32", [filters], true);
      need("thresholds", "F32", [filters], true);
      flips(filters);
      const bits = node["thresholds"] !== undefined;
      if (bits && (node["relu"] !== undefined || node["bias"] !== undefined)) return fail("has thresholds and a bias or ReLU too");
      return { ...window([height, width]), channels: filters, kind: bits ? "bits" : "floats" };
    }
    case "binaryConv":
    case "planeConv": {
      const kind = op === "planeConv" ? "codes" : "bits";
      if (x.kind !== kind) return fail(`works on ${kind} and gets ${x.kind}`);
      const { size } = node;
      const shape = tensorAt("kernel")?.shape ?? [];
      const filters = shape.at(-2) ?? 0;
      const { height, width } = window(size);
      const planes = kind === "codes" ? [Math.max(1, Math.min(8, shape[0] ?? 0))] : [];
      need("kernel", "U8", [...planes, filters, Math.ceil(((size as number[]).reduce((product, n) => product * n, 1) * x.channels) / 8)]);
      const bits = node["thresholds"] !== undefined;
      flag("odd");
      flag("relu");
      if (!isCount(node["block"] ?? 1, 1, 2 ** 31 - 1)) return fail("has no usable block");
      flips(filters);
      need("scale", "F32", [filters], bits);
      need("bias", "F32", [filters], true);
      if (bits && ["scale", "bias", "relu"].some((key) => node[key] !== undefined))
        return fail("has thresholds and a scale, bias or ReLU too");
      const out = { height, width, channels: filters };
      if (bits && kind === "codes") return { ...out, ...codes(filters) };
      need("thresholds", "I32", [filters], true);
      return { ...out, kind: bits ? kind : "floats" };
    }
    case "quantize":
      flips(x.channels);
      return { ...floats(x), ...codes(x.channels) };
    case "sign":
      need("thresholds", "F32", [floats(x).channels]);
      flips(x.channels);
      return { ...x, kind: "bits" };
    case "affine":
      for (const key of ["mean", "factor", "offset"]) need(key, "F32", [floats(x).channels]);
      return x;
    case "maxPool":
      if (x.kind !== "floats") flips(x.channels);
      else if (node["flips"] !== undefined) return fail("turns bits and gets floats");
      return window(node["size"]);
    case "averagePool":
      floats(x);
      flag("inside");
      return window(node["size"]);
    case "padChannels": {
      const { before, channels } = node;
      if (!isCount(channels, floats(x).channels, MOST.channels) || !isCount(before, 0, channels - x.channels))
        return fail("has no usable channels");
      return { ...x, channels };
    }
    case "relu":
      return floats(x);
    case "add":
      if (
        !second ||
        floats(x).kind !== second.kind ||
        x.height !== second.height ||
        x.width !== second.width ||
        x.channels !== second.channels
      )
        return fail("adds maps of different shapes");
      return x;
    case "mean":
      return { ...floats(x), height: 1, width: 1 };
    case "flatten":
      return { ...floats(x), height: 1, width: 1, channels: x.height * x.width * x.channels };
    default:
      return op satisfies never;
  }
}

function isPair(value: unknown, least: number, most: number): value is Pair {
  return Array.isArray(value) && value.length === 2 && value.every((n) => isCount(n, least, most));
}
