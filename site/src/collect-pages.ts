import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { extname, join, posix } from "node:path";
import { anchorsOf, linksOf } from "../../scripts/markdown-links.ts";
import { sections } from "./sections.ts";

const REPOSITORY = "https://github.com/benn-js/benn";
const root = join(import.meta.dirname, "../..");

/** What the site is made of, before VitePress. */
export interface Pages {
  /** Markdown by place, without extension: `glossary`, `packages/vote`. */
  readonly markdown: ReadonlyMap<string, string>;
  /** Files of the repository that pages show, which the site has at the same path. */
  readonly assets: ReadonlySet<string>;
}

/** Where a Markdown file of the repository is on the site: `docs/eval.md` is `eval`, `packages/vote/README.md` is `packages/vote`. */
export function placeOf(source: string): string {
  const place = source.replace(/^docs\//, "").replace(/\.md$/, "");
  return place === "README" ? "overview" : place.replace(/\/README$/, "").toLowerCase();
}

/** Markdown files of the repository that are pages of the site: those of the navigation, and the README of every package. */
export function sources(): string[] {
  const named = sections.flatMap(({ pages }) => pages.flatMap(([, source]) => (typeof source === "string" ? [source] : [])));
  return [...named, ...globSync("packages/*/README.md", { cwd: root }).toSorted()];
}

/**
 * The pages of the repository with their links turned to the site's: to a page where the target is one, else to the file on GitHub.
 * @param made pages that are made from the code, by place
 */
export function collectPages(made: ReadonlyMap<string, string>): Pages {
  const places = new Map(sources().map((source) => [source, placeOf(source)]));
  const assets = new Set<string>();
  const markdown = new Map([...places].map(([source, place]) => [place, turned(readFileSync(join(root, source), "utf8"), source)]));
  for (const [place, page] of made) markdown.set(place, page);
  return { markdown, assets };

  function turned(page: string, source: string): string {
    const links = new Map([...new Set(linksOf(page))].map((link) => [link, target(link, source)]));
    // On GitHub a table may have a column without a heading; people who do not see the page are told of each cell's column.
    const headed = page.replaceAll(/^\|.*\|\n(?=\| ?:?-{3})/gm, (head) => head.replaceAll(/\|\s+(?=\|)/g, "| description "));
    return outsideCode(headed.replaceAll(/<!--.*?-->\n*/gs, ""), (text) =>
      text
        .replaceAll(/(\]\(\s*<?)([^)\s>]+)/g, (all, before: string, link: string) => (links.has(link) ? before + links.get(link)! : all))
        .replaceAll(/(\s(?:src|href)=")([^"]+)/g, (all, before: string, link: string) =>
          links.has(link) ? before + links.get(link)! : all,
        ),
    );
  }

  function target(link: string, source: string): string {
    if (/^[a-z][a-z+.-]*:/i.test(link) || link.startsWith("#")) return link;
    const [path = "", anchor] = link.split("#");
    const file = posix.normalize(posix.join(posix.dirname(source), path)).replace(/\/$/, "");
    const place = places.get(file) ?? places.get(`${file}/README.md`);
    const hash = anchor === undefined ? "" : `#${anchor}`;
    if (place !== undefined) return `/${place}${hash}`;
    const isFolder = existsSync(join(root, file)) && statSync(join(root, file)).isDirectory();
    if (/^\.(?:svg|png|jpg|webp)$/.test(extname(file))) {
      assets.add(file);
      return `/${file}`;
    }
    return `${REPOSITORY}/${isFolder ? "tree" : "blob"}/main/${file}${hash}`;
  }
}

/** @returns links of the pages to other pages, headings or files of the site that are not there, each with its page */
export function deadLinks({ markdown, assets }: Pages, isElsewhere: (place: string) => boolean = () => false): string[] {
  const anchors = new Map([...markdown].map(([place, page]) => [place, anchorsOf(page)]));
  return [...markdown].flatMap(([place, page]) =>
    linksOf(page)
      .filter((link) => link.startsWith("/") || link.startsWith("#"))
      .filter((link) => {
        const [path = "", anchor] = link.split("#");
        const to = path === "" ? place : path.slice(1);
        if (assets.has(to) || isElsewhere(to)) return false;
        return !anchors.has(to) || (anchor !== undefined && !anchors.get(to)!.has(anchor));
      })
      .map((link) => `${place}: ${link}`),
  );
}

/** Changes the text between blocks and spans of code. */
function outsideCode(page: string, change: (text: string) => string): string {
  return page
    .split(/(^\s*```.*?^\s*```|`[^`\n]+`)/gms)
    .map((part, i) => (i % 2 === 0 ? change(part) : part))
    .join("");
}
