import { foreignFile } from "@benn/core/internals";
import type { Sharp } from "sharp";
import type sharp from "sharp";

/** A picture whose size is known: upright, red, green and blue. */
export interface OpenedPicture {
  readonly width: number;
  readonly height: number;
  /** Bytes [3 · width · height], if they lie open: no library is needed where nothing is resized. */
  readonly pixels?: Uint8Array;
  pipeline(): Promise<Sharp>;
}

let loading: Promise<typeof sharp> | undefined;

/** The picture library, loaded when the first picture needs it: a database of pixels of the right size is read without it. */
export function pictureLibrary(): Promise<typeof sharp> {
  loading ??= import("sharp").then(({ default: sharp }) => {
    sharp.cache(false); // no picture comes again soon
    sharp.concurrency(1); // pictures are decoded side by side, not each by many
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
  // Warnings, of which ImageNet's files have many, are let pass; a picture that ends early is not.
  const open = (): Sharp => sharp(bytes, { failOn: "truncated" });
  const { autoOrient } = await open()
    .metadata()
    .catch((cause: unknown) => {
      const foreign = foreignFile(bytes);
      throw foreign ? new Error(`it is ${foreign.what}`, { cause }) : cause;
    });
  return { ...autoOrient, pipeline: async () => open().autoOrient() };
}
