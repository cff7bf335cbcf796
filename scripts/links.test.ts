// Every link of a Markdown page to a file, folder or heading of this repository is valid, and long pages list their sections.
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { anchorsOf, linksOf } from "./markdown-links.ts";

const root = dirname(import.meta.dirname);
const pages = globSync(["*.md", ".changeset/*.md", "*/**/*.md"], {
  cwd: root,
  exclude: ["**/node_modules", "**/dist", "runs", ".toolchain", "site/pages"],
});

test("there are pages to check", () => expect(pages.length).toBeGreaterThan(40));

test.for(pages)("the links of %s lead somewhere", (page) => {
  const text = readFileSync(join(root, page), "utf8");
  expect(deadLinks(text, join(root, page))).toEqual([]);
});

const long = pages.filter((page) => /^(?:docs|packages)\//.test(page) && readFileSync(join(root, page), "utf8").split(/\s+/).length > 900);

test.for(long)("%s is long, and lists its sections", (page) => {
  const text = readFileSync(join(root, page), "utf8");
  const [before = ""] = text.split(/^## /m);
  const sections = [...text.replaceAll(/^```.*?^```/gms, "").matchAll(/^## .*$/gm)].flatMap(([heading]) => [...anchorsOf(heading)]);
  expect(sections.filter((anchor) => !before.includes(`](#${anchor})`))).toEqual([]);
});

test("a missing file, a missing heading and a link out of the repository are dead", () => {
  const page = join(root, "docs/invented.md");
  const own = "# A page\n\n## A part\n\n## A part\n\n[1](#a-part) [2](#a-part-1) `[no link](none.md)` [3](https://example.org/none)\n";
  expect(deadLinks(own, page)).toEqual([]);
  const dead = ["none.md", "#none", "engine.md#none", "../../../etc/passwd", "https://github.com/benn-js/benn/blob/main/docs/none.md"];
  expect(deadLinks(dead.map((link) => `[text](${link})`).join("\n\n"), page)).toEqual(dead);
  expect(deadLinks('<img src="none.svg">\n\n[text]: none.md\n', page)).toEqual(["none.svg", "none.md"]);
});

/** @returns the broken links of a page to this repository */
function deadLinks(markdown: string, page: string): string[] {
  return linksOf(markdown).filter((link) => !leadsSomewhere(link, markdown, page));
}

function leadsSomewhere(link: string, markdown: string, page: string): boolean {
  const ours = /^https:\/\/github\.com\/benn-js\/benn\/(?:blob|tree)\/main\/(.*)$/.exec(link)?.[1];
  if (ours === undefined && /^[a-z][a-z+.-]*:/i.test(link)) return true; // other sites
  const [path = "", anchor] = (ours ?? link).split("#");
  const target = ours === undefined ? join(dirname(page), path) : join(root, path);
  if (path === "" && ours === undefined) return anchor !== undefined && anchorsOf(markdown).has(anchor);
  if (relative(root, target).startsWith("..") || !existsSync(target)) return false;
  if (anchor === undefined) return true;
  const file = statSync(target).isDirectory() ? join(target, "README.md") : target;
  return existsSync(file) && anchorsOf(readFileSync(file, "utf8")).has(anchor);
}
