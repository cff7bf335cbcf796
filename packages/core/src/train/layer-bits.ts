import * as tf from "../tensorflow.ts";
import type { Split } from "../dataset.ts";
import type { LayerBits } from "../events.ts";
import { EVALUATION } from "../layer-context.ts";
import { namedWeights, type WeightValues, writeWeights } from "./model-weights.ts";
import { allRows, prepareLayers } from "./predict-logits.ts";

/**
 * Checkpoint group of the kernels' signs at the start of the epoch. The hyphen avoids clashes: slot names of optimizers cannot contain one.
 */
export const SIGNS_GROUP = "epoch-signs";

/** Limits of the images on which activations are measured: few, and fewer if they are large, so that the cost is negligible. */
const [MOST_ROWS, LEAST_ROWS, MOST_PIXELS] = [32, 2, 1 << 16];

/** Number of signs that one float of a checkpoint holds exactly, as a whole number. */
const PER_FLOAT = 24;

interface BinaryKernel {
  /** Name in checkpoints: `conv2/kernel`. */
  readonly name: string;
  readonly layer: tf.layers.Layer;
  readonly weight: ReturnType<typeof namedWeights>[number][1];
}

/** Signs of the binary kernels, by name: 1 for −1, 0 for +1, in the kernel's order. */
type Signs = ReadonlyMap<string, Uint8Array>;

/**
 * Measures the bits of a member per epoch: how many kernel signs flip, through how many activations the straight-through estimator passes
 * no gradient, and which channels never change their sign. Measures the network as it would be scored, on the first training rows, draws
 * nothing, and leaves the model unchanged.
 * @see K. Helwegen et al., "Latent Weights Do Not Exist", NeurIPS 2019, for flips as the measure of a binary network's learning rate
 */
export class BitsProbe {
  readonly #model: tf.LayersModel;
  readonly #kernels: readonly BinaryKernel[];
  /** Binary activations, with their indices among the outputs of the tap model. */
  readonly #inputs: readonly string[];
  readonly #tap: tf.LayersModel | undefined;
  readonly #split: Split;
  readonly #shape: readonly [number, number, number];
  #images: Float32Array | undefined;
  #signs: Signs = new Map();

  constructor(model: tf.LayersModel, split: Split, shape: readonly [number, number, number]) {
    this.#model = model;
    this.#split = split;
    this.#shape = shape;
    const layerOf = new Map(model.layers.flatMap((layer) => layer.weights.map((weight) => [weight, layer] as const)));
    this.#kernels = namedWeights(model).flatMap(([name, weight]) => {
      const layer = layerOf.get(weight);
      return layer && bitsOf(layer).kernel === 1 && /(^|\/)kernel$/.test(weight.originalName) ? [{ name, layer, weight }] : [];
    });
    const tapped = this.#kernels.filter(({ layer }) => bitsOf(layer).activations === 1 && inputOf(layer) !== undefined);
    this.#inputs = tapped.map(({ name }) => name);
    if (tapped.length > 0) this.#tap = tf.model({ inputs: model.inputs, outputs: tapped.map(({ layer }) => inputOf(layer)!) });
  }

  /** Starts from the model's current kernels, or from the signs of a checkpoint if it has them; older ones do not. */
  async begin(weights: WeightValues, saved: WeightValues | undefined): Promise<void> {
    this.#signs = saved ? unpack(saved) : await this.#asScored(weights, () => this.#readSigns());
  }

  /** What a checkpoint stores. Empty without binary kernels. */
  packed(): WeightValues {
    return new Map([...this.#signs].map(([name, signs]) => [name, pack(signs)]));
  }

  /**
   * Measures the network at the end of an epoch; the next epoch is compared with it.
   * @param weights of the model, which it holds again afterwards
   * @returns one entry per binary layer, in the order of the model
   */
  async measure(weights: WeightValues): Promise<LayerBits[]> {
    if (this.#kernels.length === 0) return [];
    const before = this.#signs;
    const images = (this.#images ??= await this.#split.images(allRows(this.#rows)));
    const activations = await this.#asScored(weights, async () => {
      this.#signs = await this.#readSigns();
      return await this.#look(images);
    });
    return this.#kernels.map(({ name }) => {
      const [was, is] = [before.get(name), this.#signs.get(name)!];
      let flips = 0;
      for (let i = 0; i < is.length; i++) flips += Number(was !== undefined && was[i] !== is[i]);
      return { layer: name.slice(0, name.lastIndexOf("/")), weights: is.length, flipped: flips / is.length, ...activations.get(name) };
    });
  }

  get #rows(): number {
    const [height, width] = this.#shape;
    return Math.min(this.#split.labels.length, MOST_ROWS, Math.max(LEAST_ROWS, Math.floor(MOST_PIXELS / (height * width))));
  }

  async #asScored<T>(weights: WeightValues, look: () => Promise<T>): Promise<T> {
    prepareLayers(this.#model, EVALUATION);
    try {
      return await look();
    } finally {
      writeWeights(this.#model, weights);
    }
  }

  async #readSigns(): Promise<Signs> {
    const signs = new Map<string, Uint8Array>();
    for (const { name, weight } of this.#kernels)
      signs.set(
        name,
        Uint8Array.from(await weight.read().data<"float32">(), (value) => Number(value < 0)),
      );
    return signs;
  }

  async #look(images: Float32Array): Promise<Map<string, Pick<LayerBits, "saturated" | "channels" | "dead">>> {
    const found = new Map<string, Pick<LayerBits, "saturated" | "channels" | "dead">>();
    if (!this.#tap) return found;
    const x = tf.tensor4d(images, [this.#rows, ...this.#shape]);
    const outputs = [this.#tap.predict(x, { batchSize: this.#rows })].flat();
    try {
      for (const [i, name] of this.#inputs.entries()) {
        const output = outputs[i]!;
        found.set(name, activationBits(await output.data<"float32">(), output.shape.at(-1) ?? 1));
      }
    } finally {
      tf.dispose([x, ...outputs]);
    }
    return found;
  }
}

/** @param values [positions, channels] */
function activationBits(values: Float32Array, channels: number): Required<Pick<LayerBits, "saturated" | "channels" | "dead">> {
  const negative = new Int32Array(channels);
  let beyond = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    beyond += Number(value > 1 || value < -1);
    negative[i % channels]! += Number(value < 0);
  }
  const positions = values.length / channels;
  return { saturated: beyond / values.length, channels, dead: negative.filter((count) => count === 0 || count === positions).length };
}

function bitsOf(layer: object): { readonly kernel?: unknown; readonly activations?: unknown } {
  return ("bits" in layer && (layer.bits as { readonly kernel?: unknown; readonly activations?: unknown } | undefined)) || {};
}

function inputOf(layer: tf.layers.Layer): tf.SymbolicTensor | undefined {
  const [node, ...others] = layer.inboundNodes;
  return others.length === 0 && node?.inputTensors.length === 1 ? node.inputTensors[0] : undefined;
}

function pack(signs: Uint8Array): { shape: number[]; values: Float32Array } {
  const values = new Float32Array(1 + Math.ceil(signs.length / PER_FLOAT));
  values[0] = signs.length;
  for (const [i, sign] of signs.entries()) values[1 + Math.floor(i / PER_FLOAT)]! += sign * 2 ** (i % PER_FLOAT);
  return { shape: [values.length], values };
}

function unpack(saved: WeightValues): Signs {
  return new Map(
    [...saved].map(([name, { values }]) => [
      name,
      Uint8Array.from(
        { length: values[0] ?? 0 },
        (_, i) => Math.floor((values[1 + Math.floor(i / PER_FLOAT)] ?? 0) / 2 ** (i % PER_FLOAT)) % 2,
      ),
    ]),
  );
}
