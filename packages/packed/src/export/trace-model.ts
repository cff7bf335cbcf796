import { type Binarizer, type BinarizerParameters, EVALUATION, UserError } from "@benn/core";
import * as tf from "@tensorflow/tfjs";
import type { Pair, Sliding } from "../graph.ts";
import { packSigns } from "./pack-signs.ts";
import type { Operation } from "./operation.ts";

/** The fields of layers that are read; TensorFlow.js types few of them. */
interface AnyLayer {
  readonly kernelSize?: number | readonly number[];
  readonly poolSize?: number | readonly number[];
  readonly strides?: number | readonly number[];
  readonly padding?: string | number;
  readonly dataFormat?: string;
  readonly dilationRate?: number | readonly number[];
  readonly activation?: { getClassName(): string };
  readonly epsilon?: number;
  readonly maxValue?: number;
  readonly alpha?: number;
  readonly relu?: boolean;
  readonly binarizer?: Binarizer;
  readonly parameters?: BinarizerParameters;
}

type Place = Pick<Operation, "layer" | "inputs" | "shape">;

/** A tensor [height, width, channels] or [channels], without the batch. */
function shapeOf(layer: tf.layers.Layer, shape: tf.Shape): [number, number, number] {
  const [, ...own] = shape;
  if ((own.length !== 3 && own.length !== 1) || own.some((n) => !n)) {
    throw new UserError(
      `export: ${layer.name} gives [${shape.join(", ")}]; a packed model has maps [height, width, channels] of known size.`,
    );
  }
  return own.length === 1 ? [1, 1, own[0] ?? 0] : (own as [number, number, number]);
}

/**
 * Takes a model apart into operations, from the image to the logits. Weights are read as they are: call `prepare` on its
 * layers first.
 * @returns the last operation
 * @throws UserError for a layer that a packed model has no operation for
 */
export async function traceModel(model: tf.LayersModel): Promise<{ readonly logits: Operation; readonly warnings: readonly string[] }> {
  const [output, second] = model.outputs;
  if (!output || second || model.inputs.length !== 1)
    throw new UserError(`export: the model ${model.name} must have one input and one output.`);
  const warnings: string[] = [];
  const done = new Map<number, Operation>();
  const visit = async (tensor: tf.SymbolicTensor): Promise<Operation> => {
    const known = done.get(tensor.id);
    if (known) return known;
    const layer = tensor.sourceLayer;
    const node = layer.inboundNodes[tensor.nodeIndex ?? 0];
    const inputs: Operation[] = [];
    for (const input of layer.getClassName() === "InputLayer" ? [] : (node?.inputTensors ?? [])) inputs.push(await visit(input));
    const traced = await operationOf(layer, inputs, shapeOf(layer, tensor.shape), warnings);
    done.set(tensor.id, traced);
    return traced;
  };
  return { logits: await visit(output), warnings };
}

async function operationOf(
  layer: tf.layers.Layer,
  inputs: Operation[],
  shape: [number, number, number],
  warnings: string[],
): Promise<Operation> {
  const fields = layer as unknown as AnyLayer;
  const type = layer.getClassName();
  const place: Place = { layer: layer.name, inputs, shape };
  const refuse = (what: string): never => {
    throw new UserError(`export: layer ${layer.name} (${type}) ${what}. Packed models have no operation for it.`);
  };
  const [input] = inputs;
  if (fields.dataFormat === "channelsFirst") return refuse("has its channels first");
  if ([fields.dilationRate ?? 1].flat().some((n) => n !== 1)) return refuse("is dilated");
  const relu = (of: Place): Operation => ({ ...of, kind: "relu", apply: (x) => tf.relu(x) });
  const activated = async (of: Operation): Promise<Operation> => {
    const activation = fields.activation?.getClassName() ?? "linear";
    if (activation === "relu") return of.kind === "conv" ? { ...of, relu: true } : relu({ ...place, inputs: [of] });
    return activation === "linear" ? of : refuse(`has the activation ${activation}`);
  };

  switch (type) {
    case "InputLayer":
      return { ...place, kind: "image" };
    case "Dropout":
    case "SpatialDropout2D":
    case "GaussianDropout":
      return input ?? refuse("has no input");
    case "Activation":
      return activated(input ?? refuse("has no input"));
    case "ReLU":
      return fields.maxValue === undefined || fields.maxValue === null ? relu(place) : refuse("has a largest value");
    case "Add":
      return inputs
        .slice(1)
        .reduce<Operation>((sum, one) => ({ ...place, kind: "add", inputs: [sum, one] }), input ?? refuse("has no input"));
    case "Flatten":
      return { ...place, kind: "flatten" };
    case "GlobalAveragePooling2D":
      return { ...place, kind: "mean" };
    case "MaxPooling2D":
    case "PaddedMaxPooling2D":
    case "AveragePooling2D":
    case "PaddedAveragePooling2D": {
      const size = pair(fields.poolSize ?? 2);
      const sliding = slidingOf(fields, size, input?.shape ?? shape);
      const kind = type.includes("Max") ? "maxPool" : "averagePool";
      return { ...place, kind, size, ...sliding, inside: !type.startsWith("Padded") };
    }
    case "BatchNorm":
    case "BatchNormalization":
      return { ...place, kind: "affine", apply: (x) => evaluate(layer, x, place), affine: await affineOf(layer, fields.epsilon ?? 1e-3) };
    case "Conv2D": {
      const kernel = await weightOf(layer, "kernel");
      const bias = await weightOf(layer, "bias");
      const [height = 1, width = 1, channels = 1] = kernel?.shape ?? [];
      return activated({
        ...place,
        kind: "conv",
        size: [height, width],
        kernel: kernel?.values ?? refuse("has no kernel"),
        ...(bias ? { bias: bias.values } : {}),
        relu: false,
        block: blockOf(channels),
        ...slidingOf(fields, [height, width], input?.shape ?? shape),
      });
    }
    case "Dense": {
      const kernel = await weightOf(layer, "kernel");
      const bias = await weightOf(layer, "bias");
      return activated({
        ...place,
        ...DENSE,
        kind: "conv",
        kernel: kernel?.values ?? refuse("has no kernel"),
        ...(bias ? { bias: bias.values } : {}),
        relu: false,
        block: 256,
      });
    }
    case "BinaryConv2D":
    case "BinaryDense":
      return binaryOf(layer, place, warnings);
    default:
      return refuse("is of a kind that is not known");
  }
}

const DENSE = { size: [1, 1], strides: [1, 1], pad: [0, 0, 0, 0] } as const;

/** Values of a patch that the training engine sums by themselves: see `docs/packed.md`, order of sums. */
function blockOf(channels: number): number {
  return Math.max(1, Math.floor(384 / channels)) * channels;
}

/** A layer with a binarizer: sign and binary convolution where both are of one bit, else a real convolution. */
async function binaryOf(layer: tf.layers.Layer, place: Place, warnings: string[]): Promise<Operation> {
  const fields = layer as unknown as AnyLayer;
  const { binarizer, parameters = {}, relu = false } = fields;
  const [input] = place.inputs;
  const latent = layer.weights.find((weight) => /(^|\/)kernel$/.test(weight.originalName));
  if (!binarizer || !input || !latent) throw new UserError(`export: layer ${layer.name} has no binarizer or no kernel. Build it first.`);
  const { activations } = binarizer.bits;
  if (activations !== 1 && activations !== 32)
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
  const filters = place.shape[2];
  const packed = binarizer.bits.kernel === 1 ? packSigns(kernel, filters) : undefined;
  if (activations === 1 && packed) {
    const sign: Operation = {
      layer: place.layer,
      inputs: [input],
      shape: input.shape,
      kind: "sign",
      apply: (x) => binarizer.activations(x, EVALUATION, parameters),
    };
    return { ...place, inputs: [sign], kind: "binaryConv", size, ...sliding, ...packed, ...finish };
  }
  if (activations === 1)
    throw new UserError(
      `export: layer ${layer.name} takes signs, but its kernel is not of two values a filter. Use a binarizer with a kernel of one bit, or "none".`,
    );
  if (binarizer.bits.kernel === 1 && !packed) warnings.push(`${layer.name} runs as a real layer: its kernel is not of two values a filter`);
  else warnings.push(`${layer.name} runs as a real layer: its inputs are ${activations} bits wide`);
  return { ...place, kind: "conv", size, ...sliding, kernel, block: isDense ? 256 : blockOf(input.shape[2]), ...finish };
}

function pair(value: number | readonly number[]): Pair {
  return typeof value === "number" ? [value, value] : [value[0] ?? 1, value[1] ?? value[0] ?? 1];
}

function slidingOf({ strides = 1, padding = 0 }: AnyLayer, size: Pair, [height, width]: readonly [number, number, number]): Sliding {
  const by = pair(strides);
  if (typeof padding === "number") return { strides: by, pad: [padding, padding, padding, padding] };
  if (padding !== "same") return { strides: by, pad: [0, 0, 0, 0] };
  // TensorFlow's rule: as many outputs as strides fit, the odd one of the zeros at the end.
  const side = (input: number, k: 0 | 1): [number, number] => {
    const total = Math.max(0, (Math.ceil(input / by[k]) - 1) * by[k] + size[k] - input);
    return [total >> 1, total - (total >> 1)];
  };
  return { strides: by, pad: [...side(height, 0), ...side(width, 1)] };
}

async function weightOf(
  layer: tf.layers.Layer,
  name: string,
): Promise<{ readonly values: Float32Array; readonly shape: readonly number[] } | undefined> {
  const weight = layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`) || originalName === name);
  if (!weight) return undefined;
  const tensor = weight.read();
  return { values: (await tensor.data<"float32">()).slice(), shape: tensor.shape };
}

/** The layer itself on [n, 1, 1, channels], whatever the height and width it was built for. */
function evaluate(layer: tf.layers.Layer, x: tf.Tensor, { shape: [height, width] }: Place): tf.Tensor {
  const flat = layer.outputShape.length === 2 && height === 1 && width === 1;
  return tf.tidy(() => {
    const input = flat ? tf.reshape(x, [-1, x.shape.at(-1) ?? 1]) : x;
    const [output] = [layer.call(input, { training: false })].flat<(tf.Tensor | tf.Tensor[])[]>();
    if (!output) throw new Error(`${layer.name}: gives nothing`);
    return tf.reshape(output, x.shape);
  });
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
