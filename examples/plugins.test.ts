// The plugins of this folder: each passes the exam of its kind, and one configuration trains with all of them.
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtInPlugins, defaults } from "@benn/cli-ink";
import { type BennPlugin, createContainer, type RunEvent } from "@benn/core";
import { train } from "@benn/core/node";
import { testArchitecture, testBinarizer, testDataset, testListener, testMetric, testOptimizer, testView } from "@benn/core/testing";
import * as tf from "@benn/core/tensorflow";
import { afterAll, beforeAll, expect, test } from "vitest";
import config from "./all.config.ts";
import csvPlugin, { csvLogger } from "./csv-logger.ts";
import lionPlugin, { lion } from "./lion.ts";
import boostPlugin from "./my-boost.ts";
import vggPlugin, { myVgg } from "./my-vgg.ts";
import pacePlugin, { paceView } from "./pace-view.ts";
import shapesPlugin, { shapes, shapesOptions } from "./shapes.ts";
import signPlugin, { tanhSign } from "./tanh-sign.ts";
import hookPlugin, { webhook } from "./webhook.ts";
import worstPlugin, { worstClass } from "./worst-class.ts";

const posted: RunEvent[] = [];
const server = createServer((request, response) => {
  let text = "";
  request.on("data", (part: Buffer) => (text += part.toString()));
  request.on("end", () => {
    posted.push(JSON.parse(text) as RunEvent);
    response.statusCode = request.url === "/broken" ? 500 : 200;
    response.end();
  });
});
let url = "";
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterAll(() => void server.close());

testDataset("shapes", () => shapes(shapesOptions.parse({ rows: 60, crop: 2 })));
testArchitecture("my-vgg", () => myVgg(0.05), { inputShape: [8, 8, 3], refuses: [4, 4, 3] });
testBinarizer("tanh-sign", () => tanhSign(2));
testOptimizer("lion", () => lion({ beta1: 0.9, beta2: 0.99, weightDecay: 0.01 }));
testMetric("worst-class", () => worstClass);
testListener("csv-logger", csvLogger);
testListener("webhook", () => webhook({ url, seconds: 60 }));
testView("pace", () => paceView);

test("the gradient of tanh-sign is that of tanh(t·x)", () => {
  const gradient = tf.tidy(() =>
    tf
      .grad((x) => tf.sum(tanhSign(2).activations(x, { member: 0 } as never, {})))(tf.tensor1d([-1, 0, 0.25]))
      .arraySync(),
  );
  for (const [i, x] of [-1, 0, 0.25].entries())
    expect((gradient as number[])[i]).toBeCloseTo((Math.tanh(2 * (x + 1e-4)) - Math.tanh(2 * (x - 1e-4))) / 2e-4, 4);
});

test("lion takes the steps of the paper's algorithm", () => {
  const [beta1, beta2, weightDecay, learningRate] = [0.9, 0.99, 0.1, 0.01];
  let [weight, average] = [0.5, 0];
  let [tensor, slot] = [tf.tensor1d([0.5]), tf.tensor1d([0])];
  for (const gradient of [1, -3, 0.2]) {
    const parameter = { name: "a/kernel", isBinaryKernel: false };
    const steps = [{ parameter, weight: tensor, gradient: tf.tensor1d([gradient]), slots: { average: slot } }];
    const [update] = lion({ beta1, beta2, weightDecay }).update(steps, { learningRate, scheduled: 1, step: 1 });
    [tensor, slot] = [update!.weight as tf.Tensor1D, update!.slots["average"] as tf.Tensor1D];
    weight -= learningRate * (Math.sign(beta1 * average + (1 - beta1) * gradient) + weightDecay * weight);
    average = beta2 * average + (1 - beta2) * gradient;
    expect(tensor.dataSync()[0]).toBeCloseTo(weight, 6);
    expect(slot.dataSync()[0]).toBeCloseTo(average, 6);
  }
});

test("one class that is never recognized is the worst", () => {
  expect(worstClass.of(Float32Array.of(1, 0, 1, 0, 1, 0), Int32Array.of(0, 0, 1))).toBe(0);
  expect(worstClass.of(Float32Array.of(1, 0, 0, 1, 0, 1), Int32Array.of(0, 1, 0))).toBe(0.5);
});

test("a webhook that fails says which address", async () => {
  const event = { type: "run-end", reason: "finished", members: 1, clock: { at: 0 } } as const;
  await expect(webhook({ url: url.replace("hook", "broken"), seconds: 60 }).onEvent(event)).rejects.toThrow("/broken answered 500.");
  await expect(webhook({ url: "http://127.0.0.1:1/", seconds: 60 }).onEvent(event)).rejects.toThrow(
    "webhook: http://127.0.0.1:1/ cannot be reached",
  );
});

test("one configuration trains with all of them", async () => {
  const container = createContainer({ defaults });
  const own: BennPlugin[] = [shapesPlugin, vggPlugin, signPlugin, boostPlugin, lionPlugin, worstPlugin, pacePlugin, csvPlugin, hookPlugin];
  for (const plugin of [...builtInPlugins, ...own]) await plugin.register(container);
  posted.length = 0;
  const out = await mkdtemp(join(tmpdir(), "benn-examples-"));
  const { plugins = [], ...rest } = config;
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".ts") && !/test|config|webhook/.test(name));
  expect(plugins.map((path) => path.slice(2)).toSorted()).toEqual(files.toSorted());
  const tiny = { ...rest, dataset: { name: "shapes", rows: 60 }, members: 2, epochs: 1, architecture: { name: "my-vgg", width: 0.05 } };
  let folder = "";
  const run = train(
    { ...tiny, listeners: ["csv-logger", { name: "webhook", url }] },
    { container, out, onFolder: (path) => (folder = path) },
  );
  for await (const event of run) {
    if (event.type !== "staged") continue;
    expect(Object.keys(event.metrics)).toEqual(["accuracy", "worst-class"]);
    expect(event.metrics["worst-class"]!.test["stacking"]).toBeLessThanOrEqual(event.metrics["accuracy"]!.test["stacking"]!);
  }
  const lines = readFileSync(join(folder, "csv-logger/epochs.csv"), "utf8").trim().split("\n");
  expect(lines[0]).toBe("member,epoch,loss,accuracy,worst-class,learning rate");
  expect(lines.slice(1).map((line) => line.split(",").slice(0, 2).join())).toEqual(["1,1", "2,1"]);
  expect(posted.map(({ type }) => type).filter((type) => type !== "warning")).toEqual([
    "run-start",
    "member-end",
    "staged",
    "member-end",
    "staged",
    "run-end",
  ]);
  expect(container.resolve<never>(Symbol.for("benn.views"))).toBeDefined();
});
