import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { nin, ninOptions } from "@benn/arch-nin";
import { deterministic, none } from "@benn/binarize";
import { createContainer, LOSSES, OPTIMIZERS } from "@benn/core";
import { createStep, memberOptimizer } from "@benn/core/internals";
import { testBackend } from "@benn/core/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { BACKEND_NAME, nativeBackend } from "./native-backend.ts";
import { restoreUtil } from "./restore-util.ts";

/** A project in whose node_modules the package is `entry`. */
function project(entry?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "benn-native-"));
  writeFileSync(join(folder, "package.json"), "{}");
  if (entry !== undefined) {
    const home = join(folder, "node_modules/@tensorflow/tfjs-node");
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "package.json"), JSON.stringify({ name: "@tensorflow/tfjs-node", version: "4.22.0", main: "index.cjs" }));
    writeFileSync(join(home, "index.cjs"), entry);
    // The same TensorFlow.js as benn's, as npm would put it there.
    symlinkSync(
      dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs/package.json")),
      join(folder, "node_modules/@tensorflow/tfjs"),
    );
  }
  return folder;
}

const standIn = project(`require(${JSON.stringify(join(import.meta.dirname, "../test/stand-in.cjs"))})`);
const definition = nativeBackend("@tensorflow/tfjs-node");
const create = (from = standIn) => definition.create({ from });

describe("where the package is missing or broken", () => {
  test("the backend says so, how to get it, and changes nothing", async () => {
    await tf.ready();
    const before = tf.getBackend();
    const probe = await create(project()).probe();
    expect(probe).toMatchObject({ ok: false, reason: "@tensorflow/tfjs-node is not installed." });
    await expect(create(project()).activate()).rejects.toThrow(
      "backend node: @tensorflow/tfjs-node is not installed. Install it beside benn",
    );
    expect(tf.getBackend()).toBe(before);
  });

  test("a package that brings a TensorFlow.js of its own is found out", async () => {
    expect(await create(project("// registers nothing here")).probe()).toMatchObject({ ok: false, reason: /TensorFlow\.js of its own/ });
  });

  test("an error of its own is told in its first line", async () => {
    expect(await create(project('throw new Error("no such thing\\nat all")')).probe()).toMatchObject({ reason: /\(no such thing\)/ });
  });
});

testBackend("node, on a stand-in for TensorFlow's library", () => create(), definition);

describe("a network that pads", () => {
  const step = async (backend: string, binarizer = deterministic) => {
    await tf.setBackend(backend);
    const model = nin(ninOptions.parse({ width: 1 / 32 })).build({ inputShape: [8, 8, 3], classes: 3, binarizer, seed: 1 });
    const container = createContainer();
    const adam = container.resolve(OPTIMIZERS).create({ name: "adam", weightDecay: 0 });
    const optimizer = memberOptimizer(model, [{ name: "adam", optimizer: adam }]);
    const pixels = Float32Array.from({ length: 2 * 192 }, (_, i) => Math.sin(i));
    const { loss } = createStep({ model, optimizer, loss: container.resolve(LOSSES).create("cross-entropy") })({
      images: () => tf.tensor4d(pixels, [2, 8, 8, 3]),
      labels: Int32Array.of(0, 2),
      learningRate: 0.01,
      seed: 1,
      epoch: 0,
      epochs: 1,
    });
    const weights = await Promise.all(model.getWeights().map((weight) => weight.data()));
    const value = (await loss.data())[0];
    tf.dispose(loss);
    optimizer.dispose();
    model.dispose();
    return { value, weights };
  };

  test.for([
    ["binary", deterministic],
    ["real", none],
  ] as const)(
    "%s, takes a whole training step where only valid and same padding is known, to the numbers of the CPU backend",
    async ([, binarizer]) => {
      await create().activate();
      const native = await step(BACKEND_NAME, binarizer);
      const plain = await step("cpu", binarizer);
      expect(native.value).toBeCloseTo(plain.value ?? Number.NaN, 5);
      for (const [i, weight] of native.weights.entries()) {
        for (const [at, value] of weight.entries()) expect(value).toBeCloseTo(plain.weights[i]?.[at] ?? Number.NaN, 4);
      }
    },
  );
});

test("what Node 23 took from util is there again", () => {
  restoreUtil();
  const util = createRequire(import.meta.url)("node:util") as Record<string, (value: unknown) => boolean>;
  expect(util["isNullOrUndefined"]?.(null)).toBe(true);
  expect(util["isNullOrUndefined"]?.(0)).toBe(false);
  expect(util["isArray"]?.([])).toBe(true);
});
