import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

/** Cached for offline use in addition to the build's output. */
const OWN = [
  "./",
  "./model.benn",
  "./manifest.webmanifest",
  "./icon.svg",
  ...["ship", "automobile", "bird", "cat", "deer", "frog", "horse", "airplane"].map((name) => `./samples/${name}.png`),
];

/** The training page is ten times as large; it is cached when it has been visited. */
const isOfFirstPage = (name: string): boolean => !/(?:^|\/)train|external|\.(?:wasm|map)$|^index\.html$/.test(name);

/** Prepends the names of all files to the service worker. */
function offline(): Plugin {
  return {
    name: "offline",
    apply: "build",
    generateBundle(_, bundle) {
      const files = [
        ...OWN,
        ...Object.keys(bundle)
          .filter(isOfFirstPage)
          .map((name) => `./${name}`),
      ];
      const version = createHash("sha256").update(files.join("\n")).digest("hex").slice(0, 12);
      const code = readFileSync(join(import.meta.dirname, "service-worker.js"), "utf8");
      const source = `const VERSION = ${JSON.stringify(version)};\nconst FILES = ${JSON.stringify(files)};\n${code}`;
      this.emitFile({ type: "asset", fileName: "service-worker.js", source });
    },
  };
}

export default defineConfig({
  base: "./", // works in any folder
  resolve: { conditions: ["source", ...defaultClientConditions] },
  plugins: [offline()],
  worker: { format: "es" },
  build: { target: "es2022", rolldownOptions: { input: ["index.html", "train.html"].map((page) => join(import.meta.dirname, page)) } },
});
