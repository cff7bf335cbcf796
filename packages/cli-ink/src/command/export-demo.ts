import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { DEMO_MODEL, demoPage, modelForDemo } from "./demo-page.ts";
import { print } from "./print.ts";

/** `benn demo export`: the built page, with the user's model if one is given. */
export async function exportDemo(folder: string, { model }: { readonly model?: string }): Promise<void> {
  const contents = model === undefined ? undefined : await modelForDemo(model);
  try {
    await cp(demoPage(), folder, { recursive: true });
    if (contents) await writeFile(join(folder, DEMO_MODEL), contents);
  } catch (cause) {
    throw new UserError(
      `demo: ${folder} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}. Choose another folder.`,
      { cause },
    );
  }
  print(`${folder}: put it on any web server, or try it by "npx serve ${folder}". WebGPU and the camera need HTTPS or localhost.\n`);
}
