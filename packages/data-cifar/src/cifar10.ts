import { type Dataset, z } from "@benn/core";
import { preparationOptions, urlOption } from "./cifar-options.ts";
import { CIFAR10 } from "./layout.ts";
import { loadCifar } from "./load-cifar.ts";

export const cifar10Options = z.object({
  data: z.string().min(1).optional().describe("folder with the official binary files or the four NumPy arrays"),
  source: z
    .enum(["sample", "folder", "download"])
    .optional()
    .describe("the built-in sample, the folder named by data, or the official archive; folder if data is given, else sample"),
  url: urlOption,
  ...preparationOptions,
});

export type Cifar10Options = z.output<typeof cifar10Options>;

/**
 * CIFAR-10: 32×32 colour photographs of ten classes. Images are [32, 32, 3].
 * @throws UserError for options that exclude one another
 * @see Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009
 */
export function cifar10(options: Cifar10Options): Dataset {
  return loadCifar(CIFAR10, { ...options, source: options.source ?? (options.data === undefined ? "sample" : "folder") });
}
