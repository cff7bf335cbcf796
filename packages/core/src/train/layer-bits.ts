import * as tf from "@tensorflow/tfjs";
import type { Split } from "../dataset.ts";
import type { LayerBits } from "../events.ts";
import { EVALUATION } from "../step.ts";
import { namedWeights, type WeightValues, writeWeights } from "./model-weights.ts";
import { allRows, prepareLayers } from "./predict-logits.ts";

/** What a checkpoint calls the signs that the kernels had when the epoch began: no slot of an optimizer may have a hyphen in its name. */
export const SIGNS_GROUP = "epoch-signs";

/** Images that the activations are looked at on: few, and of large ones fewer, so that it costs next to nothing. */
const [MOST_ROWS, LEAST_ROWS, MOST_PIXELS] = [32, 2, 1 << 16];

/** Signs that one float of a checkpoint holds exactly, as a whole number. */
const PER_FLOAT = 24;

interface BinaryKernel {
  /** As checkpoints name it: `conv2/kernel`. */
  readonly name: string;
  readonly layer: tf.layers.Layer;
  readonly weight: ReturnType<typeof namedWeights>[number][1];
}

/** Signs of the binary kernels, by name: 1 for −1, 0 for +1, in the kernel's order. */
type Signs = ReadonlyMap<string, Uint8Array>;

/**
 * What the bits of a member do from epoch to epoch: how many kernel signs flip, how many activations the straight-through estimator passes no
 * gradient through, which channels never change their sign. It looks at the net as it would be scored, on the first training rows, draws
 * nothing, and leaves the model as it was.
 * @see K. Helwegen et al., "Latent Weights Do Not Exist", NeurIPS 2019, for flips as the measure of a binary network's learning rate
 */
export class BitsProbe {
  readonly #model: tf.LayersModel;
  readonly #kernels: readonly BinaryKernel[];
  /** Binary activations with their places among the tap's outputs. */
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

  /** Begins with the model's kernels as they are, or with the signs of a checkpoint; of older ones, which have none, as they are. */
  async begin(weights: WeightValues, saved: WeightValues | undefined): Promise<void> {
    this.#signs = saved ? unpack(saved) : await this.#asScored(weights, () => this.#readSigns());
  }

  /** What a checkpoint keeps. Empty without binary kernels. */
  packed(): WeightValues {
    return new Map([...this.#signs].map(([name, signs]) => [name, pack(signs)]));
  }

  /**
   * Looks at the net at the end of an epoch; the next one is compared with it.
   * @param weights the model's, which it holds again afterwards
   * @returns one of each binary layer, in the model's order; none of a net without
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
