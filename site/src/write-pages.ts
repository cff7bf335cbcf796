// Writes the pages that VitePress builds the site of: `site/pages`, made anew each time.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createProgram } from "@benn/cli-ink/reference";
import { configSchema } from "@benn/core/node";
import { wrongCommands } from "./check-commands.ts";
import { collectPages, deadLinks } from "./collect-pages.ts";
import { homePage } from "./home-page.ts";
import { makePages } from "./make-pages.ts";

const root = join(import.meta.dirname, "../..");

/** @throws Error that lists dead links, and commands that the command line would refuse */
export async function writePages(folder: string): Promise<void> {
  const pages = collectPages(await makePages());
  const dead = deadLinks(pages, (place) => place.startsWith("api/"));
  if (dead.length > 0) throw new Error(`dead links:\n  ${dead.join("\n  ")}`);
  const wrong = wrongCommands(pages.markdown, createProgram(), new Set(Object.keys(configSchema.shape)));
  if (wrong.length > 0) throw new Error(`commands that are refused:\n  ${wrong.join("\n  ")}`);
  rmSync(folder, { recursive: true, force: true });
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write("index.md", homePage);
  for (const [place, page] of pages.markdown) write(`${place}.md`, page);
  for (const asset of pages.assets) cpSync(join(root, asset), join(folder, "public", asset));
}

if (process.argv[1] === import.meta.filename) await writePages(process.argv[2] ?? join(import.meta.dirname, "../pages"));
