import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { benchJson } from "../test/bench-json.ts";
import { quotedCommands } from "../test/quoted-commands.ts";
import { absence, peerVersion } from "./peers.ts";
import type { Table } from "./table.ts";

const SMALL = ["--width", "0.04", "--batch", "4", "--rounds", "1", "--steps", "1"];
const names = (table: Table | undefined) => table?.rows.map((row) => row[""]);

afterEach(() => vi.unstubAllEnvs());

const onProcessor = quotedCommands("train").filter(({ words }) => !words.includes("webgpu"));

test.for(onProcessor)("`$quoted` runs", async ({ words }) => {
  const tables = await benchJson(...words, "--threads", "1", "--peers", "", ...SMALL);
  const nets = words.includes("--net") ? words[words.indexOf("--net") + 1]?.split(",") : ["sb"];
  expect(tables.map(({ title }) => title.split(",")[0])).toEqual(nets);
  for (const table of tables) expect(table.rows.every((row) => Number(row["images/s"]) > 0)).toBe(true);
});

test("bench train races every number of threads and kind of gradients with the peers that are here, and names those that are not", async () => {
  const [table] = await benchJson("train", "--gradients", "exact,int16", "--peers", "tfjs-wasm,onnxruntime-node", ...SMALL);
  const onnxruntime = peerVersion("onnxruntime-node");
  expect(names(table)).toEqual([
    "benn, 1 thread",
    "benn, 2 threads",
    "benn, 1 thread, int16",
    "benn, 2 threads, int16",
    "tfjs-backend-wasm 4.22.0, tuned, batch 4",
    ...(onnxruntime === undefined ? [] : [`onnxruntime-node ${onnxruntime}, 2 threads`]),
  ]);
  for (const row of table?.rows ?? []) expect(row["images/s"]).toBeCloseTo(4000 / Number(row["ms a step"]), 6);
  expect(table?.notes).toEqual(onnxruntime === undefined ? [`not taking part: ${absence("onnxruntime-node")}`] : []);
});

const FORMS = ["NCHW", "channels_last"].flatMap((layout) =>
  ["float32", "bf16"].flatMap((type) => [`${layout}, ${type}`, `${layout}, ${type}, torch.compile`]),
);

test("PyTorch takes part in each layout and type of numbers of every Python that is named, and is compared in its best form", async () => {
  const [table] = await benchJson("train", "--net", "resnet20", "--threads", "1", "--peers", "pytorch", ...SMALL);
  const rivals = names(table)?.slice(1) ?? [];
  expect(names(table)?.[0]).toBe("benn, 1 thread");
  if (rivals.length === 0) {
    expect(table?.notes).toEqual(["not taking part: PyTorch: no python3 here imports torch; name one with --python"]);
    return;
  }
  const out = table?.notes?.filter((note) => note.startsWith("not taking part: ")) ?? [];
  for (const form of FORMS) {
    expect([...rivals, ...out]).toContainEqual(expect.stringMatching(new RegExp(`PyTorch .*, ${form}, 1 thread(?:$|: )`)));
  }
  const best = table?.rows.slice(1).toSorted((a, b) => Number(b["images/s"]) - Number(a["images/s"]))[0];
  expect(best?.["this ÷ PyTorch's best"]).toBe(1);
  expect(table?.notes?.[0]).toBe(`PyTorch's best form: ${best?.[""]}`);
  expect(table?.notes?.[1]).toMatch(/^bf16: /);
});

test("a command for Python may be several words, and one that fails is named with what it says", async () => {
  const fake = join(import.meta.dirname, "../test/fake-python.mjs");
  const [works, fails] = ["works", "fails"].map((what) => `${process.execPath} ${fake} ${what}`) as [string, string];
  const pythons = [works, fails, "no-such-python"].flatMap((python) => ["--python", python]);
  const [table] = await benchJson("train", ...pythons, "--threads", "1", "--peers", "pytorch", ...SMALL);
  expect(names(table)?.slice(1)).toEqual(FORMS.map((form) => `PyTorch 0.0 (none), ${form}, 1 thread`));
  expect(table?.notes).toContain(
    `not taking part: PyTorch of "${fails}", NCHW, bf16, 1 thread: ModuleNotFoundError: No module named 'torch'`,
  );
  expect(table?.notes).toContain('not taking part: PyTorch of "no-such-python", NCHW, bf16, 1 thread: spawn no-such-python ENOENT');
});

test("bench train on WebGPU is measured beside the engine in WebAssembly, with its share of what the device gives", async () => {
  vi.stubEnv("NODE_OPTIONS", `--import=${join(import.meta.dirname, "../test/on-software-gpu.ts")} --conditions=source`);
  const [table] = await benchJson("train", "--backend", "webgpu", "--peers", "", ...SMALL);
  expect(names(table)).toEqual(["benn, 2 threads", "benn, webgpu"]);
  const [, percent] = /SwiftShader.*: ([\d.]+) % of the most that was seen here/.exec(table?.notes?.[0] ?? "") ?? [];
  expect(Number(percent)).toBeGreaterThan(0);
  expect(Number(percent)).toBeLessThanOrEqual(100);
});
