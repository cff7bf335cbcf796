import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { NativePackage } from "../src/native-package.ts";

/** A project with `entry` as the package in its node_modules, or without it. */
export function project(entry?: string, name: NativePackage = "@tensorflow/tfjs-node"): string {
  const folder = mkdtempSync(join(tmpdir(), "benn-native-"));
  writeFileSync(join(folder, "package.json"), "{}");
  if (entry !== undefined) {
    const home = join(folder, "node_modules", name);
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "package.json"), JSON.stringify({ name, version: "4.22.0", main: "index.cjs" }));
    writeFileSync(join(home, "index.cjs"), entry);
    // benn's own copy of TensorFlow.js, as npm would install it.
    for (const part of ["tfjs-core", "tfjs-backend-cpu"]) {
      const path = dirname(createRequire(import.meta.url).resolve(`@tensorflow/${part}/package.json`));
      symlinkSync(path, join(folder, "node_modules/@tensorflow", part));
    }
  }
  return folder;
}

const STAND_IN = JSON.stringify(join(import.meta.dirname, "stand-in.cjs"));

/** A project with the stub package in its node_modules, which finds a GPU or none. */
export function standInProject(name: NativePackage = "@tensorflow/tfjs-node", usesGpu = false): string {
  return project(`require(${STAND_IN})(${JSON.stringify(name)}, ${usesGpu})`, name);
}
