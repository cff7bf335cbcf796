// Everything of this folder in one run, in less than a minute: `benn train examples/all.config.ts`.
import { defineConfig } from "@benn/core";

export default defineConfig({
  plugins: [
    "./shapes.ts",
    "./my-vgg.ts",
    "./tanh-sign.ts",
    "./my-boost.ts",
    "./lion.ts",
    "./worst-class.ts",
    "./pace-view.ts",
    "./csv-logger.ts",
  ],
  dataset: { name: "shapes", rows: 300 },
  architecture: { name: "my-vgg", width: 0.125 },
  binarizer: { name: "tanh-sign", temperature: 2 },
  scheme: { name: "my-boost", rate: 0.2 },
  voter: "stacking",
  validation: 0.2,
  optimizer: { name: "lion" },
  learningRate: 3e-3,
  metrics: ["accuracy", "worst-class"],
  listeners: "csv-logger",
  members: 3,
  epochs: 4,
  batchSize: 30,
});
