import { definePlugin, type EnsembleScheme, SCHEMES, z } from "@benn/core";

/** Boosting: samples that a member misclassifies count more for the next one, and a member with fewer errors has a larger vote weight. */
export const myScheme = (rate: number): EnsembleScheme => ({
  // begin (equal sample weights) and draw (n samples, in proportion to the weights) have defaults.
  next({ sampleWeights, wrong, error, classes }) {
    if (error >= 1 - 1 / classes) return { kind: "reject", reason: "it is no better than chance." };
    const alpha = rate * (Math.log((1 - error) / Math.max(error, 1e-6)) + Math.log(classes - 1));
    const grown = sampleWeights.map((weight, row) => (wrong[row] ? weight * Math.exp(alpha) : weight));
    const sum = grown.reduce((total, weight) => total + weight, 0);
    return { kind: "accept", alpha, sampleWeights: grown.map((weight) => weight / sum) };
  },
});

export default definePlugin({
  name: "my-scheme",
  register(container) {
    container.resolve(SCHEMES).add("my-scheme", {
      description: "misclassified samples count more for the next member",
      options: z.object({ rate: z.number().positive().default(1).describe("how fast sample weights grow") }),
      create: ({ rate }) => myScheme(rate),
    });
  },
});
