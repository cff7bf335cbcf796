import { UserError } from "@benn/core";
import { type SafetensorsEntry } from "@benn/core/internals";
import type { GraphNode } from "../graph.ts";
import { type Chain, levelsOf, type Thresholds } from "./find-thresholds.ts";
import type { Discrete, Elementwise, Operation, Pool } from "./operation.ts";

export interface Emitted {
  readonly nodes: readonly GraphNode[];
  /** The layer of each node. */
  readonly layers: readonly string[];
  /** By name; names begin with the layer's, so that sizes can be reported by layer. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

/**
 * Writes operations as the nodes of a .benn graph. Signs and what leads to them become thresholds of the preceding convolution, so that
 * bits pass from binary layer to binary layer; everything else is written unchanged.
 * @param prefix of the tensors' names
 * @param thresholdsOf returns the thresholds of a chain
 * @throws UserError for what a graph cannot represent
 */
export function emitGraph(logits: Operation, prefix: string, thresholdsOf: ReadonlyMap<Discrete, Thresholds>): Emitted {
  const nodes: GraphNode[] = [];
  const layers: string[] = [];
  const tensors = new Map<string, SafetensorsEntry>();
  const readers = countReaders(logits);
  const done = new Map<Operation, number>();

  const put = (layer: string, node: GraphNode): number => {
    layers.push(layer);
    return nodes.push(node);
  };
  const tensor = (
    layer: string,
    what: string,
    data: SafetensorsEntry["data"],
    dtype: SafetensorsEntry["dtype"],
    shape?: readonly number[],
  ): string => {
    const name = `${prefix}${layer}.${what}`;
    if (tensors.has(name)) throw new UserError(`export: layer ${layer} stands in the model twice. Use a layer of its own for each place.`);
    tensors.set(name, { dtype, shape: shape ?? [data.length], data });
    return name;
  };
  const floats = (layer: string, what: string, data: Float32Array): string => tensor(layer, what, data, "F32");
  const finish = ({ layer, bias, relu }: { readonly layer: string; readonly bias?: Float32Array; readonly relu: boolean }) => ({
    ...(bias ? { bias: floats(layer, "bias", bias) } : {}),
    ...(relu ? { relu } : {}),
  });

  /** The index of the value of floats, or of bits for a sign. */
  const emit = (operation: Operation): number => {
    const known = done.get(operation);
    if (known !== undefined) return known;
    const value = isDiscrete(operation) ? emitBits(operation) : emitFloats(operation);
    done.set(operation, value);
    return value;
  };

  const emitFloats = (operation: Exclude<Operation, Discrete>): number => {
    const { layer } = operation;
    const from = { in: operation.inputs.map(emit) };
    switch (operation.kind) {
      case "image":
        return 0;
      case "conv":
        return put(layer, { op: "conv", ...from, ...convOf(operation), ...finish(operation) });
      case "binaryConv":
        return put(layer, {
          op: "binaryConv",
          ...from,
          ...bitConvOf(operation),
          scale: floats(layer, "scale", operation.scale),
          ...finish(operation),
        });
      case "planeConv":
        return put(layer, {
          op: "planeConv",
          ...from,
          ...planeConvOf(operation),
          scale: floats(layer, "scale", operation.scale),
          ...finish(operation),
        });
      case "affine": {
        const { mean, factor, offset } = operation.affine ?? fail(layer);
        return put(layer, {
          op: "affine",
          ...from,
          mean: floats(layer, "mean", mean),
          factor: floats(layer, "factor", factor),
          offset: floats(layer, "offset", offset),
        });
      }
      case "maxPool":
      case "averagePool":
        return put(layer, {
          op: operation.kind,
          ...from,
          ...windowOf(operation),
          ...(operation.inside && operation.kind === "averagePool" ? { inside: true } : {}),
        });
      case "padChannels":
        return put(layer, { op: "padChannels", ...from, before: operation.before, channels: operation.shape[2] });
      case "add":
      case "mean":
      case "flatten":
      case "relu":
        return put(layer, { op: operation.kind, ...from });
      default:
        return operation satisfies never;
    }
  };

  const convOf = (operation: Extract<Operation, { kind: "conv" }>) => {
    const [height, width] = operation.size;
    const filters = operation.shape[2];
    const shape = [height, width, operation.kernel.length / (height * width * filters), filters];
    return {
      kernel: tensor(operation.layer, "kernel", operation.kernel, "F32", shape),
      block: operation.block,
      strides: operation.strides,
      pad: operation.pad,
    };
  };
  const bitConvOf = ({ layer, bits, shape: [, , filters], size, strides, pad }: Extract<Operation, { kind: "binaryConv" }>) => ({
    kernel: tensor(layer, "kernel", bits, "U8", [filters, bits.length / filters]),
    size,
    strides,
    pad,
  });

  const planeConvOf = ({ layer, planes, shape: [, , filters], size, strides, pad, block }: Extract<Operation, { kind: "planeConv" }>) => ({
    kernel: tensor(layer, "kernel", planes.bits, "U8", [planes.count, filters, planes.bits.length / (planes.count * filters)]),
    size,
    strides,
    pad,
    ...(planes.odd ? { odd: true } : {}),
    ...(block === undefined ? {} : { block }),
  });

  /** Bits or codes: what leads to them becomes thresholds, if nothing else reads it. */
  const emitBits = (sign: Discrete): number => {
    const { base, fromSums, between } = chainOf(sign, readers);
    const { thresholds, flips } = thresholdsOf.get(sign) ?? fail(sign.layer, "thresholds");
    const [own = new Uint8Array(0), ...rest] = flips;
    const turned = (layer: string, bits: Uint8Array) => (bits.some(Boolean) ? { flips: tensor(layer, "flips", packBits(bits), "U8") } : {});
    const levels = (layer: string, what: string): string => {
      const [, , channels] = base.shape;
      const shape = sign.kind === "quantize" ? [levelsOf(sign), channels] : [channels];
      return tensor(layer, what, Float32Array.from(thresholds), "F32", shape);
    };
    let value: number;
    if (fromSums && base.kind === "binaryConv") {
      const limits = tensor(base.layer, "thresholds", Int32Array.from(thresholds), "I32");
      value = put(base.layer, {
        op: "binaryConv",
        in: base.inputs.map(emit),
        ...bitConvOf(base),
        thresholds: limits,
        ...turned(base.layer, own),
      });
    } else if (fromSums && base.kind === "planeConv") {
      const limits = levels(base.layer, "thresholds");
      value = put(base.layer, {
        op: "planeConv",
        in: base.inputs.map(emit),
        ...planeConvOf(base),
        thresholds: limits,
        ...turned(base.layer, own),
      });
    } else if (fromSums && base.kind === "conv") {
      const limits = levels(base.layer, "thresholds");
      value = put(base.layer, { op: "conv", in: base.inputs.map(emit), ...convOf(base), thresholds: limits, ...turned(base.layer, own) });
    } else {
      const what = sign.kind === "sign" ? "signs" : "codes";
      const limits = levels(sign.layer, what);
      value = put(sign.layer, { op: sign.kind, in: [emit(base)], thresholds: limits, ...turned(`${sign.layer}.${what}`, own) });
    }
    for (const pool of between.filter((operation): operation is Pool => operation.kind === "maxPool")) {
      value = put(pool.layer, { op: "maxPool", in: [value], ...windowOf(pool), ...turned(pool.layer, rest.shift() ?? new Uint8Array(0)) });
    }
    return value;
  };

  emit(logits);
  return { nodes, layers, tensors };
}

const windowOf = ({ size, strides, pad }: Pool) => ({ size, strides, pad });

function fail(layer: string, what = "affine form"): never {
  throw new Error(`${layer}: has no ${what}`);
}

const isDiscrete = (operation: Operation): operation is Discrete => operation.kind === "sign" || operation.kind === "quantize";

function countReaders(logits: Operation): ReadonlyMap<Operation, number> {
  const readers = new Map<Operation, number>([[logits, 1]]);
  const visit = (operation: Operation): void => {
    for (const input of operation.inputs) {
      const known = readers.get(input);
      readers.set(input, (known ?? 0) + 1);
      if (known === undefined) visit(input);
    }
  };
  visit(logits);
  return readers;
}

/** Every sign that leads to the logits, with the chain before it. */
export function chainsOf(logits: Operation): Chain[] {
  const readers = countReaders(logits);
  return [...readers.keys()].filter(isDiscrete).map((sign) => chainOf(sign, readers));
}

/** Follows a sign back through elementwise operations and max pools, as far as nothing else reads their values. */
function chainOf(sign: Discrete, readers: ReadonlyMap<Operation, number>): Chain {
  const between: (Elementwise | Pool)[] = [];
  let [base] = sign.inputs;
  while (base && readers.get(base) === 1 && (base.kind === "affine" || base.kind === "relu" || base.kind === "maxPool")) {
    between.unshift(base);
    [base] = base.inputs;
  }
  if (!base) throw new Error(`${sign.layer}: begins nowhere`);
  // A convolution with other readers is an ordinary value, with its own last steps applied, and so is one whose node cannot have such
  // thresholds.
  const kinds: readonly Operation["kind"][] = sign.kind === "sign" ? ["binaryConv", "conv"] : ["planeConv"];
  const fromSums = readers.get(base) === 1 && kinds.includes(base.kind);
  return { base, fromSums, between, sign };
}

/** One bit per channel, lowest first. */
function packBits(bits: Uint8Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [i, bit] of bits.entries()) packed[i >> 3]! |= bit << (i & 7);
  return packed;
}
