import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { type Backend, BACKENDS, type Probe } from "../backend.ts";
import type { DependencyContainer } from "../container.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { autoBackend, examineBackends, fastestBackend } from "./auto-backend.ts";
import { openRun } from "./open-run.ts";
import { planRun } from "./plan-run.ts";
import { train } from "./train.ts";

const config = {
  dataset: "blobs",
  architecture: "linear",
  binarizer: "none",
  scheme: "bag",
  voter: "sum",
  backend: "auto",
  members: 1,
  epochs: 1,
  batchSize: 32,
};

/** Advances when a fake backend computes a convolution. */
let time = 0;
const now = (): number => time;

// TensorFlow.js's own backend under other names: a fast one, a slow one, and one whose convolution is off by a tenth.
beforeAll(async () => {
  await tf.setBackend("cpu");
  const conv = tf.getKernel("Conv2D", "cpu").kernelFunc;
  for (const [backendName, took] of [
    ["slow", 200],
    ["quick", 100],
    ["wrong", 50],
  ] as const) {
    tf.registerBackend(backendName, () => tf.findBackend("cpu"));
    tf.copyRegisteredKernels("cpu", backendName);
    tf.unregisterKernel("Conv2D", backendName);
    tf.registerKernel({
      kernelName: "Conv2D",
      backendName,
      kernelFunc(call) {
        time += took;
        const y = conv(call) as tf.TensorInfo;
        const { values } = (tf.findBackend("cpu") as unknown as { data: tf.DataStorage<{ values: Float32Array }> }).data.get(y.dataId);
        if (backendName === "wrong") values[0]! *= 1.1;
        return y;
      },
    });
  }
});

const backend = (name: string, probe: Probe = { ok: true, description: `${name} here` }): Backend => ({
  probe: () => Promise.resolve(probe),
  async activate() {
    if (name === "faulty") throw new Error("out of luck\nsomewhere");
    await tf.setBackend(name);
  },
});

/** The toy container with these backends, "cpu" among them, and "auto". */
function containerWith({ cpu, ...backends }: Readonly<Record<"cpu" | (string & {}), Backend>>): DependencyContainer {
  const container = toyContainer();
  container.resolve(BACKENDS).entry("cpu").definition.create = () => cpu;
  for (const [name, made] of Object.entries(backends)) container.resolve(BACKENDS).add(name, { description: "", create: () => made });
  void autoBackend.register(container);
  return container;
}

const missing = backend("missing", { ok: false, reason: "it is not there.", remedy: "npm install it" });

test("every backend is told of: how fast it is, or what is wrong with it, and the backend stays what it was", async () => {
  const container = containerWith({
    cpu: backend("quick"),
    slow: backend("slow"),
    wrong: backend("wrong"),
    missing,
    faulty: backend("faulty"),
  });
  const reports = await examineBackends(container, { now });
  expect(reports).toEqual([
    { name: "cpu", ok: true, description: "quick here", imagesPerSecond: 10 },
    { name: "slow", ok: true, description: "slow here", imagesPerSecond: 5 },
    { name: "wrong", ok: false, reason: expect.stringMatching(/^a training step gives [\d.]+ for [\d.]+\.$/), remedy: expect.any(String) },
    { name: "missing", ok: false, reason: "it is not there.", remedy: "npm install it" },
    { name: "faulty", ok: false, reason: "it fails: out of luck.", remedy: "Use another backend." },
  ]);
  expect(tf.getBackend()).toBe("cpu");
});

test("auto is the fastest that is right, wherever it stands", async () => {
  const [quick, slow, wrong] = ["quick", "slow", "wrong"].map((name) => backend(name)) as [Backend, Backend, Backend];
  expect(await fastestBackend(containerWith({ cpu: slow, wrong, quick, missing }), now)).toEqual({ name: "quick" });
  expect(await fastestBackend(containerWith({ cpu: quick, missing, wrong, slow }), now)).toEqual({ name: "cpu" });
});

test("a plan and a run's record name what auto came to, and the run is resumed with it", async () => {
  const container = containerWith({ cpu: backend("cpu"), wrong: backend("wrong"), missing });
  expect((await planRun(config, { container })).config.backend).toEqual({ name: "cpu" });
  let folder = "";
  const options = { container, onFolder: (path: string) => (folder = path) };
  for await (const _ of train(config, { ...options, out: await mkdtemp(join(tmpdir(), "benn-auto-")) }));
  expect((await openRun(folder)).config.backend).toEqual({ name: "cpu" });
  for await (const _ of train(config, { ...options, resume: folder }));
});

test("where no backend trains, auto says so, with the first one's reason", async () => {
  const auto = containerWith({ cpu: missing }).resolve(BACKENDS).create("auto");
  await expect(auto.activate()).rejects.toThrow('backend auto: no backend trains here (cpu: it is not there). See "benn doctor"');
  expect(await auto.probe()).toMatchObject({ ok: false, remedy: "Run benn doctor." });
});
