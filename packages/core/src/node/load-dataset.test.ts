import { expect, test } from "vitest";
import { DATASETS, type LoadOptions } from "../dataset.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { resolveConfig, type ResolvedConfig } from "../train/resolve-config.ts";
import { loadDataset } from "./load-dataset.ts";

/** The toy problem's data, loaded after `before` was called with the options. */
function loading(before: (options: LoadOptions) => Promise<void> | void, more: object = {}, signal?: AbortSignal) {
  const container = toyContainer();
  container.resolve(DATASETS).add("slow", {
    description: "",
    create: () => ({
      async load(options) {
        await before(options);
        return await container.resolve(DATASETS).create("blobs").load(options);
      },
    }),
  });
  const config: ResolvedConfig = resolveConfig({ dataset: "slow", validation: 0.25, ...more }, container);
  return loadDataset(config, container, signal);
}

const tick = (milliseconds = 0) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("what a data set reports while it loads comes as events in that order, and then the data", async () => {
  const events = loading(async ({ onProgress }) => {
    onProgress?.({ what: "reading", done: 1, total: 2 });
    onProgress?.({ what: "reading", done: 2, total: 2 });
    await tick(20);
    onProgress?.({ what: "mixing", done: 1, total: 1 });
  });
  const seen: unknown[] = [];
  let next = await events.next();
  for (; !next.done; next = await events.next()) seen.push(next.value);
  const clock = { at: expect.any(Number) };
  expect(seen).toEqual([
    { type: "progress", what: "reading", done: 1, total: 2, clock },
    { type: "progress", what: "reading", done: 2, total: 2, clock },
    { type: "progress", what: "mixing", done: 1, total: 1, clock },
    { type: "progress", what: "making blobs", done: 90, total: 90, clock },
  ]);
  expect(next.value.train.labels.length + (next.value.validation?.labels.length ?? 0)).toBe(120);
});

test("the data set is told the share to hold out, by the run's seed or one of its own, and the signal to stop", async () => {
  const draws: number[] = [];
  const { signal } = new AbortController();
  const seen: LoadOptions[] = [];
  for (const more of [{ seed: 3 }, { seed: 4 }, { seed: 4, validationSeed: 3 }])
    for await (const _ of loading((options) => void (seen.push(options), draws.push(options.random.uniform())), more, signal));
  expect(seen.map(({ validation, signal: own }) => [validation, own])).toEqual([
    [0.25, signal],
    [0.25, signal],
    [0.25, signal],
  ]);
  expect(draws[0]).toBe(draws[2]);
  expect(draws[0]).not.toBe(draws[1]);
  for await (const _ of loading((options) => expect(options).not.toHaveProperty("signal")));
});

test("an error comes when the data are asked for, also where it came while an event was shown", async () => {
  const events = loading(async ({ onProgress }) => {
    onProgress?.({ what: "reading", done: 1, total: 2 });
    throw new Error("torn");
  });
  expect((await events.next()).done).toBe(false);
  await tick(20);
  await expect(events.next()).rejects.toThrow("torn");
});
