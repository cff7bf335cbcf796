import { type Binarizer, type BinarizerParameters, type LayerContext, UserError } from "@benn/core";
import { EVALUATION, isLowerable } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import type { Pair, Sliding } from "../node-parts.ts";
import { codedLayer } from "./coded-layer.ts";
import { connect, zeroPad } from "./connect.ts";
import { noSign } from "./find-thresholds.ts";
import { lowerLayer } from "./lower-layer.ts";
import type { Operation, UnconnectedOperation, ZeroPad } from "./operation.ts";
import { packSigns } from "./pack-signs.ts";
import { evaluateLayer, weightOf } from "./read-layer.ts";
import { rpreluOf } from "./rprelu-of.ts";
import { DENSE_SUM_BLOCK, sumBlock } from "./sum-block.ts";

/** The fields of layers that are read; TensorFlow.js declares few of them. */
interface AnyLayer {
  readonly kernelSize?: number | readonly number[];
  readonly poolSize?: number | readonly number[];
  readonly strides?: number | readonly number[];
  readonly padding?: string | number | readonly [Pair, Pair];
  readonly dataFormat?: string;
  readonly dilationRate?: number | readonly number[];
  readonly activation?: { getClassName(): string };
  readonly epsilon?: number;
  readonly maxValue?: number;
  readonly alpha?: number;
  readonly relu?: boolean;
  readonly binarizer?: Binarizer;
  readonly parameters?: BinarizerParameters;
  codeScale?(step: LayerContext): tf.Tensor | undefined;
}

/** Shape [height, width, channels] or [channels] of a tensor, without the batch. */
function shapeOf(layer: tf.layers.Layer, shape: tf.Shape): [number, number, number] {
  const [, ...own] = shape;
  if ((own.length !== 3 && own.length !== 1) || own.some((n) => !n)) {
    throw new UserError(
      `export: ${layer.name} gives [${shape.join(", ")}]; a packed model has maps [height, width, channels] of known size.`,
    );
  }
  return own.length === 1 ? [1, 1, own[0] ?? 0] : (own as [number, number, number]);
}

type Traced = Operation | ZeroPad;

export interface Trace {
  /** The last operation; meaningless if a layer was refused. */
  readonly logits: Operation;
  readonly warnings: readonly string[];
  /** A sentence for each layer that a packed model cannot represent. */
  readonly refusals: readonly string[];
}

/** Decomposes a model into operations, from the image to the logits. Weights are read as they are: call `prepare` on its layers first. */
export async function traceModel(model: tf.LayersModel): Promise<Trace> {
  const [output, second] = model.outputs;
  if (!output || second || model.inputs.length !== 1)
    throw new UserError(
      `export: the model ${model.name} has ${model.inputs.length} inputs and ${model.outputs.length} outputs. Give it one of each.`,
    );
  const warnings: string[] = [];
  const refusals: string[] = [];
  const refused = new Set<Traced>();
  const done = new Map<number, Traced>();
  const visit = async (tensor: tf.SymbolicTensor): Promise<Traced> => {
    const known = done.get(tensor.id);
    if (known) return known;
    const layer = tensor.sourceLayer;
    const node = layer.inboundNodes[tensor.nodeIndex ?? 0];
    const inputs: Traced[] = [];
    for (const input of layer.getClassName() === "InputLayer" ? [] : (node?.inputTensors ?? [])) inputs.push(await visit(input));
    let traced: Traced;
    try {
      traced = await operationOf(layer, inputs, shapeOf(layer, tensor.shape), warnings);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // Only the first of a chain: later layers may be refused only because of what replaces it.
      if (!inputs.some((input) => refused.has(input))) refusals.push(error.message);
      traced = { layer: layer.name, inputs: [], shape: [1, 1, 1], kind: "image" };
      refused.add(traced);
    }
    done.set(tensor.id, traced);
    return traced;
  };
  const logits = await visit(output);
  if (logits.kind !== "zeroPad") return { logits, warnings, refusals };
  const refusal = `export: layer ${logits.layer} pads the logits of the model ${model.name} with zeros. Leave it out.`;
  return { logits: logits.inputs[0]!, warnings, refusals: [...refusals, refusal] };
}

async function operationOf(
  layer: tf.layers.Layer,
  inputs: readonly Traced[],
  shape: [number, number, number],
  warnings: string[],
): Promise<Traced> {
  const fields = layer as unknown as AnyLayer;
  const type = layer.getClassName();
  const place: UnconnectedOperation = { layer: layer.name, inputs, shape };
  const refuse = (what: string): never => {
    throw new UserError(`export: layer ${layer.name} (${type}) ${what}. Replace it, or give it a lower method: docs/packed.md.`);
  };
  if (isLowerable(layer)) return lowerLayer(layer, place);
  const [input] = inputs;
  if (fields.dataFormat === "channelsFirst") return refuse("has its channels first");
  if ([fields.dilationRate ?? 1].flat().some((n) => n !== 1)) return refuse("is dilated");
  const relu = (): Operation => connect({ ...place, kind: "relu", apply: (x) => tf.relu(x) });
  const activation = fields.activation?.getClassName() ?? "linear";
  if (activation !== "linear" && activation !== "relu") return refuse(`has the activation ${activation}`);

  switch (type) {
    case "InputLayer":
      return { ...place, inputs: [], kind: "image" };
    case "Dropout":
    case "GaussianDropout":
      return input ?? refuse("has no input");
    case "Activation":
      return activation === "relu" ? relu() : (input ?? refuse("has no input"));
    case "ReLU":
      return fields.maxValue === undefined || fields.maxValue === null ? relu() : refuse("has a largest value");
    case "Add":
      return inputs
        .slice(1)
        .reduce<Traced>((sum, one) => connect({ ...place, kind: "add", inputs: [sum, one] }), input ?? refuse("has no input"));
    case "Flatten":
      return connect({ ...place, kind: "flatten" });
    case "GlobalAveragePooling2D":
      return connect({ ...place, kind: "mean" });
    case "ZeroPadding2D": {
      const [[top, bottom], [left, right]] = fields.padding as readonly [Pair, Pair];
      return zeroPad(place, [top, bottom, left, right]);
    }
    case "MaxPooling2D":
    case "PaddedMaxPooling2D":
    case "AveragePooling2D":
    case "PaddedAveragePooling2D": {
      const size = pair(fields.poolSize ?? 2);
      const sliding = slidingOf(fields, size, input?.shape ?? shape);
      const kind = type.includes("Max") ? "maxPool" : "averagePool";
      return connect({ ...place, kind, size, ...sliding, inside: !type.startsWith("Padded") });
    }
    case "BatchNorm":
    case "BatchNormalization":
      return connect({
        ...place,
        kind: "affine",
        apply: (x) => evaluateLayer(layer, x),
        affine: await affineOf(layer, fields.epsilon ?? 1e-3),
      });
    case "RPReLU":
      return rpreluOf(layer, place, refuse);
    case "Conv2D": {
      const kernel = await weightOf(layer, "kernel");
      const bias = await weightOf(layer, "bias");
      const [height = 1, width = 1, channels = 1] = kernel?.shape ?? [];
      return connect({
        ...place,
        kind: "conv",
        size: [height, width],
        kernel: kernel?.values ?? refuse("has no kernel"),
        ...(bias ? { bias: bias.values } : {}),
        relu: activation === "relu",
        block: sumBlock(channels),
        ...slidingOf(fields, [height, width], input?.shape ?? shape),
      });
    }
    case "Dense": {
      const kernel = await weightOf(layer, "kernel");
      const bias = await weightOf(layer, "bias");
      return connect({
        ...place,
        ...DENSE,
        kind: "conv",
        kernel: kernel?.values ?? refuse("has no kernel"),
        ...(bias ? { bias: bias.values } : {}),
        relu: activation === "relu",
        block: DENSE_SUM_BLOCK,
      });
    }
    case "BinaryConv2D":
    case "BinaryDense":
      return binaryOf(layer, place, warnings);
    default:
      return refuse("is of a kind that a packed model does not know");
  }
}

const DENSE = { size: [1, 1], strides: [1, 1], pad: [0, 0, 0, 0] } as const;

/** A layer with a binarizer: sign and binary convolution if both have one bit, else a real convolution. */
async function binaryOf(layer: tf.layers.Layer, place: UnconnectedOperation, warnings: string[]): Promise<Operation> {
  const fields = layer as unknown as AnyLayer;
  const { binarizer, parameters = {}, relu = false } = fields;
  const [input] = place.inputs;
  const latent = layer.weights.find((weight) => /(^|\/)kernel$/.test(weight.originalName));
  if (!binarizer || !input || !latent) throw new UserError(`export: layer ${layer.name} has no binarizer or no kernel. Build it first.`);
  const { activations } = binarizer.bits;
  const coded = binarizer.scale !== undefined;
  if (activations !== 1 && activations !== 32 && !coded)
    throw new UserError(
      `export: layer ${layer.name} takes activations of ${activations} bits, for which packed models have no operation. Use a binarizer with activations of 1 bit or 32.`,
    );
  const binarized = tf.tidy(() => binarizer.kernel(latent.read(), EVALUATION, parameters));
  const kernel = (await binarized.data<"float32">()).slice();
  binarized.dispose();
  const isDense = layer.getClassName() === "BinaryDense";
  const size = isDense ? DENSE.size : pair(fields.kernelSize ?? 1);
  const sliding = isDense ? DENSE : slidingOf(fields, size, input.shape);
  const bias = await weightOf(layer, "bias");
  const finish = { ...(bias ? { bias: bias.values } : {}), relu };
  const block = isDense ? DENSE_SUM_BLOCK : sumBlock(input.shape[2]);
  if (coded) {
    const scale = fields.codeScale?.(EVALUATION);
    if (!scale) throw new UserError(`export: layer ${layer.name} has a binarizer with a scale, and does not use it. Build on BinaryLayer.`);
    const own = { binarizer, parameters, kernel, scale: (await scale.data<"float32">()).slice(), size, sliding, block, ...finish };
    scale.dispose();
    return codedLayer(place, own, warnings);
  }
  const filters = place.shape[2];
  const packed = binarizer.bits.kernel === 1 ? packSigns(kernel, filters) : undefined;
  if (activations === 1 && packed) {
    if (!(await isStep(binarizer, parameters, input.shape[2]))) throw new UserError(noSign(layer.name));
    const sign = connect({
      layer: place.layer,
      inputs: [input],
      shape: input.shape,
      kind: "sign",
      apply: (x) => binarizer.activations(x, EVALUATION, parameters),
    });
    return connect({ ...place, inputs: [sign], kind: "binaryConv", size, ...sliding, ...packed, ...finish });
  }
  if (activations === 1)
    throw new UserError(
      `export: layer ${layer.name} takes signs, but its kernel is not of two values a filter. Use a binarizer with a kernel of one bit, or "none".`,
    );
  if (binarizer.bits.kernel === 1 && !packed) warnings.push(`${layer.name} runs as a real layer: its kernel is not of two values a filter`);
  else warnings.push(`${layer.name} runs as a real layer: its inputs are ${activations} bits wide`);
  return connect({
    ...place,
    kind: "conv",
    size,
    ...sliding,
    kernel,
    block,
    ...finish,
  });
}

/** Whether the bits of every channel change at most once on values around 0; `findThresholds` checks all values. */
async function isStep(binarizer: Binarizer, parameters: BinarizerParameters, channels: number): Promise<boolean> {
  const signs = tf.tidy(() => {
    const values = tf.reshape(tf.linspace(-4, 4, 801), [-1, 1, 1, 1]);
    return binarizer.activations(tf.tile(values, [1, 1, 1, channels]), EVALUATION, parameters);
  });
  const bits = (await signs.data()).map((value) => (value > 0 ? 1 : 0));
  signs.dispose();
  const changes = new Uint32Array(channels);
  for (let i = channels; i < bits.length; i++) if (bits[i] !== bits[i - channels]) changes[i % channels]! += 1;
  return changes.every((count) => count <= 1);
}

function pair(value: number | readonly number[]): Pair {
  return typeof value === "number" ? [value, value] : [value[0] ?? 1, value[1] ?? value[0] ?? 1];
}

function slidingOf({ strides = 1, padding = 0 }: AnyLayer, size: Pair, [height, width]: readonly [number, number, number]): Sliding {
  const by = pair(strides);
  if (typeof padding === "number") return { strides: by, pad: [padding, padding, padding, padding] };
  if (padding !== "same") return { strides: by, pad: [0, 0, 0, 0] };
  // TensorFlow's rule: as many outputs as strides fit; an odd zero of padding goes to the end.
  const side = (input: number, k: 0 | 1): [number, number] => {
    const total = Math.max(0, (Math.ceil(input / by[k]) - 1) * by[k] + size[k] - input);
    return [total >> 1, total - (total >> 1)];
  };
  return { strides: by, pad: [...side(height, 0), ...side(width, 1)] };
}

/** y = (x − mean)·factor + offset with factor = scale / √(variance + ε), every operation rounded to float32. */
async function affineOf(
  layer: tf.layers.Layer,
  epsilon: number,
): Promise<{ readonly mean: Float32Array; readonly factor: Float32Array; readonly offset: Float32Array }> {
  const [gamma, beta, mean, variance] = await Promise.all(
    ["gamma", "beta", "moving_mean", "moving_variance"].map((name) => weightOf(layer, name)),
  );
  if (!mean || !variance) throw new UserError(`export: layer ${layer.name} has no running statistics.`);
  const factor = Float32Array.from(variance.values, (value, i) => {
    const deviation = Math.fround(Math.sqrt(Math.fround(value + Math.fround(epsilon))));
    return (gamma?.values[i] ?? 1) / deviation;
  });
  return { mean: mean.values, factor, offset: beta?.values ?? new Float32Array(factor.length) };
}
