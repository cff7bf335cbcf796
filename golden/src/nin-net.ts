import { ARCHITECTURES, type Binarizer, type DependencyContainer, UserError } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import type { GoldenFile } from "./golden-file.ts";
import { imagesFromReference, kernelFromReference, type Values } from "./layout.ts";
import { isNinKind, type NinKind } from "@benn/arch-nin";
import { ninWeightName } from "./nin-weight-name.ts";

/** The net of a file with the file's weights, and the file's batch. */
export interface NinNet {
  readonly model: tf.LayersModel;
  /** [batch, height, width, channels]. */
  readonly images: Values;
  /** By our names, `conv2/kernel`. */
  readonly weights: ReadonlyMap<string, tf.LayersModel["weights"][number]>;
}

/**
 * Builds the network that a file describes with the weights `before/…`. The caller disposes the model.
 * @throws UserError if the file's network is not one of ours, or a weight does not fit
 */
export function buildNinNet(file: GoldenFile, container: DependencyContainer, binarizer: Binarizer): NinNet {
  const kind = kindOf(file);
  const images = imagesFromReference(file.tensor("x"));
  const [, height = 0, width = 0, channels = 0] = images.shape;
  const classes = file.shape(kind === "nin" ? "before/xnor.11.bias" : "before/xnor.8.conv.bias")[0] ?? 0;
  const spec = { name: kind, width: Number(file.metadata["width_multiplier"]), dropout: 0 };
  const model = container
    .resolve(ARCHITECTURES)
    .create(spec)
    .build({ inputShape: [height, width, channels], classes, binarizer, seed: 0 });
  const weights = new Map(model.weights.map((weight) => [weight.originalName, weight]));
  const missing = new Set(weights.keys());
  for (const [before, name = ""] of file.match(/^before\/(.+)$/)) {
    const own = ninWeightName(kind, name);
    const { shape, values } = kernelFromReference(file.tensor(before));
    const weight = weights.get(own);
    if (!weight || String(weight.shape) !== String(shape)) {
      const came = weight ? `[${weight.shape.join(", ")}]` : "none";
      throw new UserError(`${file.name}: ${name} is [${shape.join(", ")}], our ${own} ${came}. The file is of another net.`);
    }
    tf.tidy(() => void weight.write(tf.tensor(values, [...shape])));
    missing.delete(own);
  }
  if (missing.size > 0) throw new UserError(`${file.name}: has no weights for ${[...missing].join(", ")}. It is not whole.`);
  return { model, images, weights };
}

/** @throws UserError when the file's net is not one of ours */
export function kindOf(file: GoldenFile): NinKind {
  const { kind } = file.metadata;
  if (!isNinKind(kind)) throw new UserError(`${file.name}: its net is "${kind}". Known: nin, allbinnet.`);
  return kind;
}
