import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sources } from "../collect-pages.ts";

const root = join(import.meta.dirname, "../../..");

/** A block of TypeScript or JavaScript of a page. */
export interface Example {
  /** For example `packages-vote-1`: the page, and which of its blocks. */
  readonly name: string;
  /** Path of the page in the repository. */
  readonly page: string;
  readonly code: string;
}

/** Every block of code of the README and of all pages of the site, in the order in which a reader meets them. */
export function collectExamples(): Example[] {
  return ["README.md", ...sources()].flatMap((page) => {
    const blocks = [...readFileSync(join(root, page), "utf8").matchAll(/^```(?:ts|js|typescript|javascript)\n(.*?)^```$/gms)];
    const name = page.replace(/(?:\/README)?\.md$/, "").replaceAll("/", "-");
    return blocks.map(([, code = ""], i) => ({ name: `${name}-${i + 1}`, page, code }));
  });
}
