import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

/** Kept for offline use beside what the build makes. */
const OWN = [
  "./",
  "./model.benn",
  "./manifest.webmanifest",
  "./icon.svg",
  ...["ship", "automobile", "bird", "cat", "deer", "frog", "horse", "airplane"].map((name) => `./samples/${name}.png`),
];

/** The training page is ten times as large; it is kept when it has been looked at. */
const isOfFirstPage = (name: string): boolean => !/(?:^|\/)train|external|\.(?:wasm|map)$|^index\.html$/.test(name);

/** The service worker with the names of all files in front. */
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
  base: "./", // works in whatever folder it is put
  resolve: { conditions: ["source", ...defaultClientConditions] },
  plugins: [offline()],
  worker: { format: "es" },
  build: { target: "es2022", rolldownOptions: { input: ["index.html", "train.html"].map((page) => join(import.meta.dirname, page)) } },
});
