// Three architectures in one boosted ensemble, in a few minutes: `benn train examples/mixed.config.ts`.
import { defineConfig } from "@benn/core";

export default defineConfig({
  scheme: { name: "samme", shrinkage: 0.5 },
  mode: "independent",
  epochs: 3,
  batchSize: 32,
  learningRate: 5e-3,
  members: [
    { count: 2, architecture: { name: "nin", width: 0.125, dropout: 0 } },
    { count: 2, architecture: { name: "allbinnet", width: 0.125, dropout: 0 }, epochs: 4 },
    { count: 2, architecture: { name: "resnet20", width: 0.5 }, learningRate: 2e-3 },
  ],
});
