import { extname } from "node:path";
import { DecoderPool } from "@benn/data-kit";
import { DRAWS, type Recipe } from "./recipe.ts";

/** Threads that decode pictures by this recipe, each to float32 [size, size, 3]. */
export function openDecoder(recipe: Recipe, threads: number): DecoderPool {
  return new DecoderPool({
    dataset: "imagenet",
    entry: new URL(`./decode-thread${extname(import.meta.filename)}`, import.meta.url),
    recipe,
    bytesEach: 4 * 3 * recipe.size ** 2,
    draws: DRAWS,
    threads,
  });
}
