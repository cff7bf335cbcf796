// Three architectures in one boosted ensemble: `benn train examples/mixed.config.ts`.
import { defineConfig } from "@benn/core";

export default defineConfig({
  scheme: { name: "samme", shrinkage: 0.5 },
  mode: "independent",
  epochs: 6,
  learningRate: 5e-3,
  members: [
    { count: 2, architecture: { name: "nin", width: 0.25 } },
    { count: 2, architecture: { name: "allbinnet", width: 0.25 }, epochs: 8 },
    { count: 2, architecture: { name: "resnet20", width: 0.5 }, learningRate: 2e-3 },
  ],
});
