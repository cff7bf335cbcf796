// The code of each decoder thread.
import { decodeHere } from "@benn/data-kit/thread";
import type { PictureRange } from "../sources/pictures.ts";
import { decodePicture } from "./decode-picture.ts";
import type { Recipe } from "./recipe.ts";
import { valueWriter } from "./write-values.ts";

decodeHere<PictureRange>((told) => {
  const recipe = told as Recipe;
  const write = valueWriter(recipe);
  return async ({ bytes, place: { form = "file" }, draws, into: { buffer, byteOffset, byteLength } }) => {
    const into = new Float32Array(buffer, byteOffset, byteLength / 4);
    await decodePicture({ bytes, form }, recipe, write, { draws, into, at: 0 });
  };
});
