import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UserError } from "@benn/core";
import { load } from "@benn/packed";

/** The folder of the built page. */
export const demoPage = (): string => join(dirname(createRequire(import.meta.url).resolve("@benn/browser-demo/package.json")), "dist");

/** The page's name for its model file. */
export const DEMO_MODEL = "model.benn";

/**
 * Reads the model file for the page.
 * @throws UserError for a model that the page cannot show, PackedError for a file that is not a model
 */
export async function modelForDemo(path: string): Promise<Uint8Array> {
  const { shape, labels } = await load(path);
  if (shape[2] !== 1 && shape[2] !== 3)
    throw new UserError(`demo: ${path} takes images of ${shape[2]} channels, which no picture has. Show another.`);
  if (labels.length > 100)
    throw new UserError(`demo: ${path} has ${labels.length} classes, too many for the page's bars. Show one of at most 100.`);
  return await readFile(path);
}
