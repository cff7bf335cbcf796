// A thread that decodes pictures to 16×16.
import { decodeHere } from "../src/decode/decode-here.ts";
import { openPicture } from "../src/decode/open-picture.ts";

decodeHere(() => async ({ bytes, into }) => {
  const { pipeline } = await openPicture(bytes);
  into.set(
    await (
      await pipeline()
    )
      .resize({ width: 16, height: 16, fit: "fill" })
      .removeAlpha()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer(),
  );
});
