import { cp, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UserError } from "@benn/core";
import { load } from "@benn/packed";
import { print } from "./print.ts";

/** `benn demo export`: the built page, with a model of the user's if there is one. */
export async function exportDemo(folder: string, { model }: { readonly model?: string }): Promise<void> {
  const page = join(dirname(createRequire(import.meta.url).resolve("@benn/browser-demo/package.json")), "dist");
  let contents: Uint8Array | undefined;
  if (model !== undefined) {
    const { shape, labels } = await load(model);
    if (shape[2] !== 1 && shape[2] !== 3)
      throw new UserError(`demo: ${model} takes images of ${shape[2]} channels, which no picture has. Show another.`);
    if (labels.length > 100)
      throw new UserError(`demo: ${model} has ${labels.length} classes, too many for the page's bars. Show one of at most 100.`);
    contents = await readFile(model);
  }
  try {
    await cp(page, folder, { recursive: true });
    if (contents) await writeFile(join(folder, "model.benn"), contents);
  } catch (cause) {
    throw new UserError(
      `demo: ${folder} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}. Choose another folder.`,
      { cause },
    );
  }
  print(`${folder}: put it on any web server, or try it by "npx serve ${folder}". WebGPU and the camera want https, or localhost.\n`);
}
