import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitepress";
import { slugOf } from "../../scripts/markdown-links.ts";
import { placeOf, sources } from "../src/collect-pages.ts";
import { sections } from "../src/sections.ts";

const hasApi = existsSync(join(import.meta.dirname, "../pages/api"));

const sidebar = [
  // Nothing folds: a heading that is a button would hold another one.
  ...sections.map(({ title, pages }) => ({
    text: title,
    items: pages.map(([text, source]) => ({ text, link: `/${typeof source === "string" ? placeOf(source) : source.place}` })),
  })),
  {
    text: "Packages",
    items: sources()
      .filter((source) => source.startsWith("packages/"))
      .map((source) => ({ text: `@benn/${source.split("/")[1]!}`, link: `/${placeOf(source)}` })),
  },
  ...(hasApi ? [{ text: "API", items: [{ text: "All entry points", link: "/api/" }] }] : []),
];

export default defineConfig({
  lang: "en",
  title: "benn",
  description: "Train, combine, pack and run binary ensemble neural networks in TypeScript",
  base: process.env["SITE_BASE"] ?? "/",
  srcDir: "pages",
  outDir: "dist",
  cacheDir: ".vitepress/cache",
  cleanUrls: true,
  // As the figures do, which are images and know nothing of a switch.
  appearance: "force-auto",
  // Of both kinds: what VitePress finds here, and what write-pages.ts finds before it.
  ignoreDeadLinks: false,
  // VitePress's esbuild is older than the target that tsconfig.json names.
  vite: { esbuild: { tsconfigRaw: { compilerOptions: { target: "es2022" } } } },
  markdown: {
    anchor: { slugify: slugOf },
    toc: { slugify: slugOf },
    headers: { slugify: slugOf },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Start", link: "/start" },
      { text: "Concepts", link: "/concepts" },
      { text: "Reference", link: "/reference/configuration" },
      { text: "Results", link: "/results" },
    ],
    sidebar,
    socialLinks: [{ icon: "github", link: "https://github.com/benn-js/benn" }],
    editLink: { pattern: "https://github.com/benn-js/benn" },
    footer: { message: "Apache-2.0" },
  },
});
