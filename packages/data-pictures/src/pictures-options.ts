import { z } from "@benn/core";
import { augmentOptions, rowOptions } from "@benn/data-kit";

export const picturesOptions = z.object({
  data: z
    .string()
    .min(1)
    .optional()
    .describe("folder with a folder of pictures for each class, or with the folders train and test of such; needed to load them"),
  size: z.int().min(8).max(1024).default(32).describe("side of the images, in pixels; training takes four times as long at twice the side"),
  fit: z
    .enum(["short-side", "squash"])
    .default("short-side")
    .describe("short-side: the middle square of a picture; squash: all of it, whatever its proportions"),
  testShare: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.2)
    .describe("share of each class that is for testing, the same pictures for every seed, where the folder has no test part"),
  ...augmentOptions({ flip: true }),
  ...rowOptions(2, { train: "training pictures", test: "test pictures" }),
  threads: z.int().min(1).max(64).optional().describe("threads that decode; one less than the cores, at most 4, if not given"),
  onBroken: z.enum(["error", "skip"]).default("error").describe("skip: leave broken pictures out, with a warning"),
  cache: z.string().min(1).optional().describe("folder where decoded pictures are kept; the user's cache if absent"),
});

export type PicturesOptions = z.output<typeof picturesOptions>;
