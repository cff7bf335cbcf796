import { foreignFile } from "@benn/core/internals";
import type { Sharp } from "sharp";
import type sharp from "sharp";

/** An opened picture with known size: upright, red, green and blue. */
export interface OpenedPicture {
  readonly width: number;
  readonly height: number;
  /** Bytes [3 · width · height], if they are uncompressed: without resizing, the library is not needed. */
  readonly pixels?: Uint8Array;
  pipeline(): Promise<Sharp>;
}

let loading: Promise<typeof sharp> | undefined;

/** The picture library, loaded when the first picture needs it: a database of pixels of the right size is read without it. */
export function pictureLibrary(): Promise<typeof sharp> {
  loading ??= import("sharp").then(({ default: sharp }) => {
    sharp.cache(false); // pictures are not read again soon
    sharp.concurrency(1); // pictures are decoded in parallel, each by one thread
    return sharp;
  });
  return loading;
}

/**
 * Opens a picture file, JPEG, PNG or WebP.
 * @throws Error that says what is wrong with it
 */
export async function openPicture(bytes: Uint8Array): Promise<OpenedPicture> {
  if (bytes.length === 0) throw new Error("it is empty");
  const sharp = await pictureLibrary();
  // Warnings, which many of ImageNet's files cause, are ignored; a truncated picture is an error.
  const open = (): Sharp => sharp(bytes, { failOn: "truncated" });
  const { autoOrient } = await open()
    .metadata()
    .catch((cause: unknown) => {
      const foreign = foreignFile(bytes);
      throw foreign ? new Error(`it is ${foreign.what}`, { cause }) : cause;
    });
  return { ...autoOrient, pipeline: async () => open().autoOrient() };
}
