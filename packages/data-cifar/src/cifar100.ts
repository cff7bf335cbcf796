import { type Dataset, z } from "@benn/core";
import { preparationOptions, urlOption } from "./cifar-options.ts";
import { cifar100Layout } from "./layout.ts";
import { loadCifar } from "./load-cifar.ts";

export const cifar100Options = z.object({
  data: z.string().min(1).optional().describe("folder with the official binary files"),
  source: z
    .enum(["folder", "download"])
    .default("folder")
    .describe("the folder named by data, or the official archive, which is downloaded once"),
  labels: z.enum(["fine", "coarse"]).default("fine").describe("fine: the 100 classes; coarse: the 20 groups of five that they are in"),
  url: urlOption,
  ...preparationOptions,
});

export type Cifar100Options = z.output<typeof cifar100Options>;

/**
 * CIFAR-100: 32×32 colour photographs of a hundred classes in twenty groups. Images are [32, 32, 3].
 * @throws UserError for options that exclude one another
 * @see Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009
 */
export function cifar100(options: Cifar100Options): Dataset {
  return loadCifar(cifar100Layout(options.labels), options);
}
