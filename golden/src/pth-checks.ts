import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ARCHITECTURES, BINARIZERS, type DependencyContainer, UserError } from "@benn/core";
import { EVALUATION, prepareLayers } from "@benn/core/internals";
import { type NinKind, ninKeyMaps } from "@benn/arch-nin";
import { mapWeights, readCheckpoint } from "@benn/import-torch";
import * as tf from "@benn/core/tensorflow";
import { type Check, relativeError } from "./check.ts";
import { GoldenFile } from "./golden-file.ts";
import { imagesFromReference } from "./layout.ts";
import { readAndDispose } from "./read-and-dispose.ts";

/** As for the networks in safetensors files: both sides are float32. */
const TOLERANCE = 2e-6;
const FULL_WIDTH = 192;

/** A checkpoint in the reference's format: read, mapped to our network and run, it must give the logits stored next to it. */
export function pthChecks(folder: string, name: string, container: DependencyContainer): Check[] {
  const file = new GoldenFile(join(folder, `${name.replace(/\.pth\.tar$/, "")}.safetensors`), name);
  return [
    {
      name: "eval_logits",
      tolerance: TOLERANCE,
      measure: async () => relativeError(await logitsOf(join(folder, name), file, container), file.tensor("eval_logits").values),
    },
  ];
}

async function logitsOf(path: string, file: GoldenFile, container: DependencyContainer): Promise<Float32Array> {
  const checkpoint = readCheckpoint(readFileSync(path), path);
  const shapeOf = (key: string) => checkpoint.tensors.get(`module.${key}`)?.shape;
  const kind: NinKind = shapeOf("xnor.11.weight") ? "nin" : "allbinnet";
  const [first, last] = kind === "nin" ? ["xnor.0.weight", "xnor.11.bias"] : ["xnor.0.conv.weight", "xnor.8.conv.bias"];
  const [filters, classes] = [shapeOf(first)?.[0], shapeOf(last)?.[0]];
  if (filters === undefined || classes === undefined) throw new UserError(`${path}: is not a checkpoint of a NIN. Its net is not known.`);
  const model = container
    .resolve(ARCHITECTURES)
    .create({ name: kind, width: filters / FULL_WIDTH })
    .build({ inputShape: [32, 32, 3], classes, binarizer: container.resolve(BINARIZERS).create("deterministic"), seed: 0 });
  try {
    const shapes = new Map(model.weights.map(({ originalName, shape }) => [originalName, shape.map((n) => n ?? 1)]));
    const read = new Map(
      mapWeights(checkpoint, { label: kind, weights: shapes }, ninKeyMaps[kind], path).map(({ to, view }) => [to, checkpoint.read(view)]),
    );
    const { shape, values } = imagesFromReference(file.tensor("x"));
    const logits = tf.tidy(() => {
      for (const weight of model.weights)
        weight.write(tf.tensor(read.get(weight.originalName) ?? [], shapes.get(weight.originalName) ?? []));
      prepareLayers(model, EVALUATION);
      return model.apply(tf.tensor(values, [...shape])) as tf.Tensor;
    });
    return await readAndDispose(logits);
  } finally {
    model.dispose();
  }
}
