// Every preset from the first batch to the last vote, on a few images: real data reading, engine and schemes, in this process, since
// seventeen processes would mostly start up.
import { cpSync, globSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { type Config, type Preset, PRESETS } from "@benn/core";
import { openContainer, train } from "../packages/cli-ink/src/index.ts";
import { newFolder, root } from "./benn.ts";

const registry = (await openContainer([], { cwd: newFolder() })).resolve(PRESETS);

/** The preset with the narrowest network, the smallest dataset and the shortest training possible; everything else is unchanged. */
function small({ config }: Preset, dataset: Readonly<Record<string, unknown>>): Config {
  const named = <T extends object>(spec: unknown, options: T) =>
    typeof spec === "string" ? { name: spec, ...options } : { ...(spec as { name: string }), ...options };
  return {
    ...config,
    dataset: named(config.dataset, dataset),
    architecture: named(config.architecture, { width: 0.0625 }),
    members: 2,
    epochs: 1,
    name: "small",
  };
}

async function run(config: Config) {
  const events = [];
  for await (const event of train(config, { out: newFolder(), cwd: newFolder() })) events.push(event);
  const staged = events.filter((event) => event.type === "staged");
  return { events, staged, end: events.at(-1) };
}

const named = (prefix: string) =>
  registry
    .names()
    .filter((name) => name.startsWith(prefix))
    .map((name): [string, Preset] => [name, registry.create(name)]);

describe("on built-in photographs", () => {
  test.for([...named("demo"), ...named("cifar10")])("%s", async ([name, preset]) => {
    const epochs = /boost-d|ab-boost-b-indp/.test(name) ? 3 : 1; // SAMME's alpha asks for better than chance
    const config = {
      ...small(preset, { trainRows: 160, testRows: 40, source: "folder", data: inject("photographs") }),
      batchSize: 8,
      epochs,
    };
    const { staged, end } = await run(config);
    expect(end).toMatchObject({ type: "run-end", reason: "finished", members: 2 });
    const votes = staged.map(({ members, metrics }) => [members, Object.keys(metrics["accuracy"]?.test ?? {})]);
    expect(votes).toEqual([1, 2].map((k) => [k, ["hard", "soft", "softmax"]]));
  });
});

describe("on a folder of pictures in twelve classes", () => {
  const data = newFolder();
  const pictures = globSync(join(root, "packages/data-imagenet/fixtures/folders/train/*/*_?.JPEG")).toSorted();
  for (const [part, copies] of [
    ["train", 8],
    ["val", 2],
  ] as const) {
    for (let k = 0; k < 12; k++) {
      const folder = join(data, part, `n${String(k).padStart(8, "0")}`);
      mkdirSync(folder, { recursive: true });
      for (let copy = 0; copy < copies; copy++) cpSync(pictures[k] ?? "", join(folder, `${part}_${k}_${copy}.JPEG`));
    }
  }

  test.for(named("imagenet"))("%s", async ([, preset]) => {
    const config = { ...small(preset, { data, size: 64, resize: 72 }), batchSize: 8, validation: 0.25 };
    const { events, staged, end } = await run(config);
    expect(end).toMatchObject({ type: "run-end", reason: "finished", members: 2 });
    for (const { metrics: byMetric } of staged) {
      const [top1, top5] = ["accuracy", "top5"].map((name) => byMetric[name]?.test["soft"]);
      expect(top5).toBeGreaterThanOrEqual(top1 ?? Number.NaN);
    }
    expect(events.filter((event) => event.type === "score").every(({ on }) => on === "validation")).toBe(true);
  });
});
