import { mkdtempSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDataset } from "../node/load-dataset.ts";
import { train } from "../node/train.ts";
import { RunControl } from "../run-control.ts";
import { MemoryStore } from "./memory-store.ts";
import { resolveConfig } from "./resolve-config.ts";
import { toyContainer } from "./toy-problem.ts";
import { trainRun } from "./train-run.ts";

const container = toyContainer();
const config = { members: 3, epochs: 2, batchSize: 30, scheme: "boost", pretrainEpochs: 1, learningRate: 0.05 };

test("a run in memory has the members of one on disk, bit for bit", async () => {
  const run = train(config, { container, out: mkdtempSync(join(tmpdir(), "benn-memory-")) });
  let next = await run.next();
  while (!next.done) next = await run.next();

  const resolved = resolveConfig(config, container);
  const loading = loadDataset(resolved, container);
  let loaded = await loading.next();
  while (!loaded.done) loaded = await loading.next();
  const store = new MemoryStore("toy");
  const emitted = trainRun({ config: resolved, data: loaded.value, container, store, control: new RunControl(), init: undefined });
  for await (const { route, ...event } of emitted) if (route !== "screen") await store.append({ ...event, clock: { at: 0 } });

  expect(store.members.map(({ record }) => record.member)).toEqual([0, 1, 2]);
  for (const { record, weights, logits } of store.members) {
    const folder = join(next.value.folder, "members", `00${record.member}`);
    const stored = JSON.parse(await readFile(join(folder, "member.json"), "utf8")) as { alpha: number; error: number };
    expect({ alpha: record.alpha, error: record.error }).toEqual({ alpha: stored.alpha, error: stored.error });
    expect(Buffer.compare(Buffer.from(logits.test.buffer), await readFile(join(folder, "logits.test.f32")))).toBe(0);
    const bytes = Buffer.concat(
      [...weights.values()].map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
    );
    expect(Buffer.compare(bytes, await readFile(join(folder, "weights.bin")))).toBe(0);
  }
  expect(store.events.filter(({ type }) => type === "staged")).toHaveLength(3);
  await expect(store.loadMember(3)).rejects.toThrow("member 3 is not trained");
});
