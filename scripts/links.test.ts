// Every link of a Markdown page to a file, folder or heading of this repository is valid, and long pages list their sections.
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const root = dirname(import.meta.dirname);
const pages = globSync(["*.md", ".changeset/*.md", "*/**/*.md"], {
  cwd: root,
  exclude: ["**/node_modules", "**/dist", "runs", ".toolchain"],
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
  const text = withoutCode(markdown);
  const links = [
    ...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g),
    ...text.matchAll(/<(?:img|a|source)\s[^>]*?(?:src|href|srcset)="([^"]+)"/g),
    ...text.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm),
  ].map(([, link = ""]) => link);
  return links.filter((link) => !leadsSomewhere(link, markdown, page));
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

/** The anchors that GitHub generates for the headings of a page. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of markdown.replaceAll(/^```.*?^```/gms, "").matchAll(/^#{1,6}\s+(.+?)\s*$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Links in code blocks and code spans are not links. */
function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^\s*```.*?^\s*```/gms, "").replaceAll(/(`+)[^`].*?\1/g, "");
}
