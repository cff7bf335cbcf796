import { BatchNorm, BinaryConv2D } from "@benn/binarize";
import { ARCHITECTURES, type Ballot, definePlugin, deriveSeed, type Voter, VOTERS, z } from "@benn/core";
import { winners } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { Divide, Head, layerOf, ScaledRelu, Shrink } from "./plugin-layers.ts";

/** Soft vote in which a member's weight is its accuracy on held-out rows, whatever its alpha was: a fit that lowers. */
function weighing(): Voter {
  let own: readonly number[] | undefined;
  const accuracies = ({ logits, labels, classes }: Ballot & { readonly labels: Int32Array }): number[] =>
    logits.map((rows) => winners(rows, classes).filter((winner, row) => winner === labels[row]).length / labels.length);
  const weighted = (alphas: readonly number[]): readonly number[] => own ?? alphas;
  return {
    fit: (data) => void (own = accuracies(data)),
    vote: ({ logits, alphas }) =>
      Float64Array.from(logits[0] ?? [], (_, i) => logits.reduce((sum, rows, m) => sum + weighted(alphas)[m]! * rows[i]!, 0)),
    lower: (alphas) => ({ vote: "soft", alphas: weighted(alphas) }),
  };
}

/** A plugin's network of layers that lower, or with one that does not, and its voters: `median` does not lower. */
export default definePlugin({
  name: "plugin-net",
  register(container) {
    container.resolve(ARCHITECTURES).add("plugin-net", {
      description: "",
      options: z.object({ opaque: z.boolean().default(false) }),
      create: ({ opaque }) => ({
        build({ inputShape, classes, binarizer, seed }) {
          const kernelInitializer = (name: string) => tf.initializers.randomNormal({ stddev: 0.1, seed: deriveSeed(seed, name) });
          const binary = (name: string, filters: number) =>
            new BinaryConv2D({ name, binarizer, filters, kernelSize: 3, padding: "same", kernelInitializer: kernelInitializer(name) });
          const layers = [
            tf.layers.conv2d({ name: "real", filters: 8, kernelSize: 3, padding: "same", kernelInitializer: kernelInitializer("real") }),
            new ScaledRelu("relu"),
            new BatchNorm({ name: "norm" }),
            binary("binary1", 12),
            new Divide("divide", 3, 0.05),
            binary("binary2", 6),
            new Shrink("shrink"),
            ...(opaque ? [layerOf("opaque")] : []),
            new Head("head", classes),
          ];
          const input = tf.input({ shape: [...inputShape] });
          const outputs = layers.reduce<tf.SymbolicTensor>((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
          return tf.model({ inputs: input, outputs });
        },
      }),
    });
    const voters = container.resolve(VOTERS);
    voters.add("weighing", { description: "", create: weighing });
    voters.add("median", { description: "", create: () => ({ vote: ({ logits }) => Float64Array.from(logits[0] ?? []) }) });
  },
});
