import { DATASETS, definePlugin } from "@benn/core";
import { FASHION_MNIST, MNIST } from "./family.ts";
import { mnist, mnistOptions } from "./mnist.ts";

export { type Family, FASHION_MNIST, MNIST } from "./family.ts";
export { mnist, type MnistOptions, mnistOptions } from "./mnist.ts";

export default definePlugin({
  name: "@benn/data-mnist",
  register(container) {
    const datasets = container.resolve(DATASETS);
    datasets.add("mnist", {
      description: "MNIST: 28×28 grey images of handwritten digits, from a folder or downloaded",
      options: mnistOptions,
      create: (options) => mnist(MNIST, options),
    });
    datasets.add("fashion-mnist", {
      description: "Fashion-MNIST: 28×28 grey images of ten kinds of clothes, from a folder or downloaded",
      options: mnistOptions,
      create: (options) => mnist(FASHION_MNIST, options),
    });
  },
});
