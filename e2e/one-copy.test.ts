import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newFolder, root } from "./benn.ts";

test("a lone plugin file far from the checkout gets the built copy of core", () => {
  const folder = newFolder();
  const dist = (path: string) => JSON.stringify(join(root, "packages/core/dist", path));
  writeFileSync(
    join(folder, "lone.ts"),
    `import { definePlugin, UserError } from "@benn/core";
     import { Registry } from "@benn/core/node";
     import * as tf from "@benn/core/tensorflow";
     import { Tensor } from "@tensorflow/tfjs-core";
     import * as union from "@tensorflow/tfjs";
     (globalThis as Record<string, unknown>).seen = [Registry, UserError, tf.Tensor, Tensor, union.Tensor];
     export default definePlugin({ name: "lone", register() {} });`,
  );
  writeFileSync(
    join(folder, "main.mjs"),
    `import { createContainer, UserError } from ${dist("index.js")};
     import { loadPlugins, Registry } from ${dist("node/index.js")};
     import * as tf from ${dist("tensorflow.js")};
     await loadPlugins(createContainer(), ["./lone.ts"], { cwd: ${JSON.stringify(folder)} });
     const own = [Registry, UserError, tf.Tensor, tf.Tensor, tf.Tensor];
     console.log(globalThis.seen.every((value, i) => value === own[i]));`,
  );
  expect(execFileSync(process.execPath, [join(folder, "main.mjs")], { encoding: "utf8" }).trim()).toBe("true");
});
