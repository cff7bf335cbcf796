// The code of each decoder thread. Pictures are resized as in packed models, so that `predict` gets exactly the bytes of a picture that
// training used.
import { decodeHere, openPicture } from "@benn/data-kit/thread";
import { resize } from "@benn/packed/resize";

/** The recipe that is sent to a thread. */
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
