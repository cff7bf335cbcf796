import { type Lowerable, type LoweredNode, type MapShape, UserError } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import type { Sliding } from "../node-parts.ts";
import { windowOutput } from "../window.ts";
import { connect } from "./connect.ts";
import type { Operation, UnconnectedOperation, ZeroPad } from "./operation.ts";
import { packSigns } from "./pack-signs.ts";
import { evaluateLayer, weightOf } from "./read-layer.ts";
import { DENSE_SUM_BLOCK, sumBlock } from "./sum-block.ts";

const VECTOR = { size: [1, 1], strides: [1, 1], pad: [0, 0, 0, 0] } as const;

/**
 * The operations that a layer lowers to.
 * @returns the last of them
 * @throws UserError if they do not fit one another or the layer's output
 */
export async function lowerLayer(layer: tf.layers.Layer & Lowerable, place: UnconnectedOperation): Promise<Operation | ZeroPad> {
  const refuse = (what: string): never => {
    throw new UserError(`export: layer ${layer.name} (${layer.getClassName()}) ${what}. Fix its lower method: docs/packed.md.`);
  };
  const nodes = [
    await layer.lower({
      inputShapes: place.inputs.map(({ shape }) => shape),
      outputShape: place.shape,
      weight: async (name) => (await weightOf(layer, name))?.values ?? refuse(`has no weight "${name}"`),
    }),
  ].flat();
  // An elementwise layer is evaluated as a whole; its last node stands for it.
  const isElementwise = nodes.every(({ op }) => op === "affine" || op === "relu" || op === "sign");
  let inputs = place.inputs;
  for (const [i, node] of nodes.entries()) {
    const [input, ...others] = inputs;
    if (!input || (others.length > 0 && node.op !== "add")) return refuse(`lowers ${inputs.length} inputs to ${node.op}, which takes one`);
    if (node.op === "add" && others.length === 0) return refuse("lowers to add, which takes several inputs");
    const own = { layer: nodes.length === 1 ? layer.name : `${layer.name}.${i}`, inputs, shape: shapeAfter(node, input.shape) };
    const isLast = i === nodes.length - 1;
    const whole = (x: tf.Tensor): tf.Tensor => (isLast ? evaluateLayer(layer, x) : x.clone());
    inputs = [operationOf(node, own, isElementwise ? whole : undefined, refuse)];
  }
  const [last, ...others] = inputs;
  if (!last || others.length > 0) return refuse(`lowers ${inputs.length} inputs to no node`);
  if (last.shape.some((n, axis) => n !== place.shape[axis]))
    return refuse(`gives [${place.shape.join(", ")}] and lowers to what gives [${last.shape.join(", ")}]`);
  return last;
}

function operationOf(
  node: LoweredNode,
  place: UnconnectedOperation,
  whole: ((x: tf.Tensor) => tf.Tensor) | undefined,
  refuse: (what: string) => never,
): Operation | ZeroPad {
  const { inputs, shape } = place;
  const [input] = inputs as readonly [Operation | ZeroPad];
  const [height, width, channels] = input.shape;
  const check = (what: string, values: Float32Array | undefined, length: number): void => {
    if (values && values.length !== length) refuse(`lowers to ${node.op} with ${values.length} values as ${what}, not ${length}`);
  };
  const checkKernel = ({ length }: Float32Array, perFilter: number): void => {
    if (length % perFilter !== 0) refuse(`lowers to ${node.op} with ${length} values as kernel, not a multiple of ${perFilter}`);
  };
  switch (node.op) {
    case "conv":
    case "binaryConv": {
      const { size, strides, pad, bias, relu = false } = node;
      checkKernel(node.kernel, size[0] * size[1] * channels);
      check("bias", bias, shape[2]);
      const rest = { ...place, size, strides, pad, relu, ...(bias ? { bias } : {}) };
      if (node.op === "conv") return connect({ ...rest, kind: "conv", kernel: node.kernel, block: sumBlock(channels) });
      const signs =
        packSigns(node.kernel, shape[2]) ?? refuse("lowers to binaryConv with a kernel that is not of −a and +a in each filter");
      return connect({ ...rest, kind: "binaryConv", ...signs });
    }
    case "dense": {
      const { kernel, bias, relu = false } = node;
      if (height !== 1 || width !== 1) return refuse("lowers a map to dense, which takes a vector");
      checkKernel(kernel, channels);
      check("bias", bias, shape[2]);
      return connect({ ...place, ...VECTOR, kind: "conv", kernel, block: DENSE_SUM_BLOCK, relu, ...(bias ? { bias } : {}) });
    }
    case "affine": {
      const { mean, factor, offset } = node;
      for (const [what, values] of Object.entries({ mean, factor, offset })) check(what, values, channels);
      const apply = (x: tf.Tensor): tf.Tensor =>
        tf.tidy(() => tf.add(tf.mul(tf.sub(x, tf.tensor1d(mean)), tf.tensor1d(factor)), tf.tensor1d(offset)));
      return connect({ ...place, kind: "affine", affine: { mean, factor, offset }, apply: whole ?? apply });
    }
    case "relu":
      return connect({ ...place, kind: "relu", apply: whole ?? ((x) => tf.relu(x)) });
    case "sign": {
      const { thresholds = new Float32Array(channels) } = node;
      check("thresholds", thresholds, channels);
      const apply = (x: tf.Tensor): tf.Tensor =>
        tf.tidy(() => tf.sub(tf.mul(tf.cast(tf.greaterEqual(x, tf.tensor1d(thresholds)), "float32"), 2), 1));
      return connect({ ...place, kind: "sign", apply: whole ?? apply });
    }
    case "add":
      if (inputs.some((other) => other.shape.some((n, axis) => n !== shape[axis]))) return refuse("lowers maps of different shapes to add");
      return inputs.slice(1).reduce<Operation | ZeroPad>((sum, one) => connect({ ...place, kind: "add", inputs: [sum, one] }), input);
    case "maxPool":
    case "averagePool": {
      const inside = node.op === "averagePool" && node.inside === true;
      return connect({ ...place, kind: node.op, size: node.size, strides: node.strides, pad: node.pad, inside });
    }
    case "padChannels":
      return connect({ ...place, kind: "padChannels", before: node.before });
    case "mean":
    case "flatten":
      return connect({ ...place, kind: node.op });
    default:
      return refuse(`lowers to "${String((node satisfies never as { readonly op: unknown }).op)}", which is no node of a packed model`);
  }
}

function shapeAfter(node: LoweredNode, [height, width, channels]: MapShape): MapShape {
  const window = (filters: number, sliding: { readonly size: Sliding["strides"] } & Sliding): MapShape => [
    ...windowOutput([height, width], sliding.size, sliding),
    filters,
  ];
  switch (node.op) {
    case "conv":
    case "binaryConv":
      return window(node.kernel.length / (node.size[0] * node.size[1] * channels), node);
    case "maxPool":
    case "averagePool":
      return window(channels, node);
    case "dense":
      return [1, 1, node.kernel.length / channels];
    case "mean":
      return [1, 1, channels];
    case "flatten":
      return [1, 1, height * width * channels];
    case "padChannels":
      return [height, width, node.channels];
    case "sign":
    case "affine":
    case "relu":
    case "add":
      return [height, width, channels];
    default:
      return node satisfies never;
  }
}
