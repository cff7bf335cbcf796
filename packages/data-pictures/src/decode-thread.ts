// What each thread of the decoder runs. Pictures are resized as a packed model resizes them, so that `predict` makes the very bytes of a picture
// that training had of it.
import { decodeHere, openPicture } from "@benn/data-kit/thread";
import { resize } from "@benn/packed/resize";

/** What a thread is told. */
export interface Recipe {
  readonly size: number;
  readonly squash: boolean;
}

decodeHere((told) => {
  const { size, squash } = told as Recipe;
  return async ({ bytes, into }) => {
    const { pipeline } = await openPicture(bytes);
    const { data, info } = await (await pipeline()).toColourspace("srgb").raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    const rule = squash ? ({ resize: size, squash } as const) : { resize: size };
    into.set(resize({ width: info.width, height: info.height, data }, [size, size, 3], rule));
  };
});
