import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { foreignFile, printable } from "@benn/core/internals";
import { discoverPlugins, parseConfig } from "@benn/core/node";
import { applySettings } from "../../../../packages/cli-ink/src/command/apply-settings.ts";
import { decodePicture } from "../../../../packages/cli-ink/src/command/decode-picture.ts";
import { printableLines } from "../../../../packages/cli-ink/src/command/print.ts";
import { readConfigFile } from "../../../../packages/cli-ink/src/command/read-config-file.ts";
import { must, type Reader } from "../reader.ts";

/** What an application has for what a configuration leaves out. */
const names = { dataset: "cifar10", architecture: "nin", binarizer: "none", scheme: "bag", voter: "soft", backend: "cpu", loss: "cross-entropy", optimizer: "adam", schedule: "steps", metrics: ["accuracy"], listeners: [] }; // prettier-ignore
const settings = ["members=4", "scheme=samme", "architecture.width=0.25", 'members=[{"count":2},{"count":1,"epochs":5}]', "members.1.epochs=7", "optimizer.weightDecay=0", "metrics.0.name=top5", "name=2026"]; // prettier-ignore

export const set: Reader = {
  reads: "settings of --set",
  inputs: 60_000,
  open: async () => ({
    seeds: [...settings, settings.join("\n")].map((text) => Buffer.from(text)),
    hostile: ["a.b.c.d=1", "__proto__.x=1", "members.__proto__.polluted=1"].map((text) => Buffer.from(text)),
    form: "text",
    read(bytes) {
      const config = applySettings({ members: [{ count: 1 }, { count: 2 }] }, Buffer.from(bytes).toString("utf8").split("\n"), names);
      must(Object.getPrototypeOf(config) === Object.prototype, "a configuration is a plain object");
      const parsed = parseConfig(config, names);
      must(parsed.batchSize >= 1, "what passes is in its range");
    },
  }),
};

export const configFile: Reader = {
  reads: "configuration files (JSON)",
  inputs: 20_000,
  async open(folder) {
    const path = join(folder, "benn.config.json");
    const config = { $schema: "x", name: "a", members: [{ count: 2, epochs: 3, architecture: { name: "nin", width: 0.5 } }, {}], epochs: 2, metrics: ["accuracy", { name: "top5" }], plugins: ["./x.ts"], given: "runs/a", parallel: "auto", scoreOn: "draw", validation: 0.1 }; // prettier-ignore
    return {
      seeds: [Buffer.from(JSON.stringify(config))],
      form: "json",
      async read(bytes) {
        writeFileSync(path, bytes);
        const { members, epochs } = parseConfig(await readConfigFile(path), names);
        must(epochs >= 1 && (typeof members === "number" ? members >= 1 : members.length >= 1), "what passes is in its range");
      },
    };
  },
};

export const predicted: Reader = {
  reads: "pictures that are classified (PNG, JPEG)",
  inputs: 5000,
  async open(folder) {
    const path = join(folder, "picture");
    const special = join(import.meta.dirname, "../../../../packages/data-imagenet/fixtures/special");
    return {
      seeds: ["plain.jpg", "alpha.png", "16-bit.png", "grey.jpg"].map((name) => readFileSync(join(special, name))),
      form: "bytes",
      async read(bytes) {
        writeFileSync(path, bytes);
        const { width, height, data } = await decodePicture(path);
        must(data.length % (width * height) === 0 && data.length > 0, "a picture is as large as it says");
      },
      refuses: ({ name }) => name === "Error", // predict turns it into a sentence with the picture's name
    };
  },
};

export const packageJson: Reader = {
  reads: "package.json, in which plugins are looked for",
  inputs: 500, // Node caches every module name, so that many of them in one process fill its memory
  async open(folder) {
    mkdirSync(join(folder, "node_modules/a"), { recursive: true });
    writeFileSync(join(folder, "node_modules/a/package.json"), JSON.stringify({ name: "a", version: "1.0.0", keywords: ["benn-plugin"] }));
    const path = join(folder, "package.json");
    return {
      seeds: [Buffer.from(JSON.stringify({ name: "x", dependencies: { a: "1", b: "2" }, devDependencies: { c: "3" } }))],
      form: "json",
      read(bytes) {
        writeFileSync(path, bytes);
        must(
          discoverPlugins(folder).every((name) => name === "a"),
          "only packages that say so are plugins",
        );
      },
    };
  },
};

export const shown: Reader = {
  reads: "text of a file or a name that is shown, and what a file is by its first bytes",
  inputs: 60_000,
  open: async () => ({
    seeds: ["a label", "\u001B[31mred\u001B[0m", "\u202Egnp.exe", "line\nline"].map((text) => Buffer.from(text)),
    form: "text",
    read(bytes) {
      const text = Buffer.from(bytes).toString("utf8");
      must(
        // eslint-disable-next-line no-control-regex
        !/[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\u2028\u2029]/.test(printable(text)),
        "nothing that a terminal obeys is shown",
      );
      // eslint-disable-next-line no-control-regex
      must(!/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/.test(printableLines(text)), "lines are lines");
      must(typeof (foreignFile(bytes)?.what ?? "") === "string", "a file is something, or unknown");
    },
  }),
};
