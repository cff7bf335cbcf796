import { UserError } from "@benn/core";

/**
 * Loads the picture library in this thread, as the decoder threads will, so that a missing one is reported before the first batch.
 * @throws UserError if it cannot be loaded
 */
export async function checkPictureLibrary(dataset: string): Promise<void> {
  try {
    await import("sharp");
  } catch (cause) {
    const [line = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
    throw new UserError(`${dataset}: pictures are decoded with sharp, which cannot be loaded (${line}). Install it: npm install sharp.`, {
      cause,
    });
  }
}
