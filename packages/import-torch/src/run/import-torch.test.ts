import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import archNin from "@benn/arch-nin";
import binarize from "@benn/binarize";
import { BACKENDS, type Config, createContainer, DATASETS, KEY_MAPS, type RunEvent, SCHEMES, UserError } from "@benn/core";
import { completeScheme, readSafetensors, weightedError, winners } from "@benn/core/internals";
import { evaluateRun, openRun, type Registry } from "@benn/core/node";
import ensembleBagging from "@benn/ensemble-bagging";
import ensembleBoost from "@benn/ensemble-boost";
import vote from "@benn/vote";
import * as tf from "@benn/core/tensorflow";
import { beforeAll, describe, expect, test } from "vitest";
import { fixture, readReference, reference } from "../../test/fixtures.ts";
import { readCheckpoint } from "../checkpoint/read-checkpoint.ts";
import { importTorch, type ImportRunOptions } from "./import-torch.ts";
import { planImport } from "./plan-import.ts";

const container = createContainer({ defaults: { binarizer: "deterministic", voter: "soft" } });

/** The images of the reference's logits, as both training and test images. */
const photographs = (() => {
  const read = readSafetensors(readReference("legacy_nin.safetensors"), "legacy_nin");
  const planes = Float32Array.from(read.tensors.get("x")?.data ?? [], Number);
  const pixel = (image: number, i: number): number => planes[image * 3072 + (i % 3) * 1024 + Math.floor(i / 3)] ?? Number.NaN;
  return Array.from({ length: 4 }, (_, image) => Float32Array.from({ length: 3072 }, (__, i) => pixel(image, i)));
})();

beforeAll(async () => {
  for (const plugin of [archNin, binarize, ensembleBagging, ensembleBoost, vote]) await plugin.register(container);
  container.resolve(BACKENDS).add("cpu", {
    description: "",
    create: () => ({ probe: async () => ({ ok: true, description: "" }), activate: async () => void (await tf.setBackend("cpu")) }),
  });
  for (const [name, rows] of [
    ["four", 4],
    ["three", 3],
  ] as const) {
    const split = {
      labels: Int32Array.from({ length: rows }, (_, i) => i + 1),
      images: (wanted: Int32Array) => Float32Array.from([...wanted].flatMap((row) => [...(photographs[row] ?? [])])),
    };
    container.resolve(DATASETS).add(name, {
      description: "",
      create: () => ({
        load: async () => ({
          shape: [32, 32, 3],
          labels: Array.from({ length: 10 }, (_, i) => String(i)),
          train: split,
          test: split,
          provenance: {},
          preprocessing: [],
        }),
      }),
    });
  }
});

const quarter: Config = { dataset: "four", architecture: { name: "nin", width: 0.25 }, backend: "cpu", scheme: "bagging", batchSize: 3 };
const small: Config = { ...quarter, architecture: { name: "nin", width: 0.0625 } };

async function folderOf(...copies: readonly (readonly [from: string, to: string])[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "benn-import-"));
  for (const [from, to] of copies) await cp(isAbsolute(from) ? from : fixture(from), join(folder, to));
  return folder;
}

async function run(paths: readonly string[], config: Config, options: Partial<ImportRunOptions> = {}) {
  const out = await mkdtemp(join(tmpdir(), "benn-import-out-"));
  const events: RunEvent[] = [];
  const running = importTorch(await planImport(paths, config, { container }), { container, out, ...options });
  for (;;) {
    const next = await running.next();
    if (next.done) return { ...next.value, events, out };
    events.push(next.value);
  }
}

async function all(events: AsyncIterable<RunEvent>): Promise<void> {
  for await (const event of events) expect(event.type).toBeTruthy();
}

const floats = async (path: string): Promise<Float32Array> => new Float32Array(Uint8Array.from(await readFile(path)).buffer);
const doubles = async (path: string): Promise<Float64Array> => new Float64Array(Uint8Array.from(await readFile(path)).buffer);

function relativeError(actual: Float32Array, expected: readonly number[]): number {
  expect(actual).toHaveLength(expected.length);
  const norm = (values: readonly number[]): number => Math.hypot(...values);
  return norm(expected.map((value, i) => (actual[i] ?? Number.NaN) - value)) / norm(expected);
}

describe("a checkpoint of the reference gives the reference's logits", () => {
  test.for([
    ["legacy_nin", "nin"],
    ["zip_allbinnet", "allbinnet"],
  ] as const)("%s", async ([file, name]) => {
    const tensors = tf.memory().numTensors;
    const { folder, events } = await run([reference(`${file}.pth.tar`)], { ...quarter, architecture: { name, width: 0.25 } });
    expect(tf.memory().numTensors).toBe(tensors);
    const golden = readSafetensors(readReference(`${file}.safetensors`), file).tensors.get("eval_logits");
    const logits = await floats(join(folder, "members", "000", "logits.test.f32"));
    expect(relativeError(logits, Array.from(golden?.data ?? [], Number))).toBeLessThan(1e-6);
    expect(await floats(join(folder, "members", "000", "logits.train.f32"))).toEqual(logits);
    const types = events.map(({ type }) => type).filter((type) => type !== "progress");
    expect(types).toEqual(["run-start", "member-start", "member-end", "staged", "run-end"]);
  });
});

test("an imported run is a run like any other", async () => {
  const folder = await folderOf(["python2/nin.pth.tar", "10.pth.tar"], ["python2/nin.pth.tar", "9.pth.tar"]);
  const rows: number[] = [];
  const done = await run([folder], { ...small, members: 32, name: "published" }, { onRows: (progress) => void rows.push(progress.done) });
  expect(done).toMatchObject({ reason: "finished", folder: join(done.out, "published") });
  expect(rows).toEqual([3, 4, 7, 8, 3, 4, 7, 8]);
  const saved = await openRun(done.folder);
  expect(saved.members).toEqual([0, 1]);
  expect(saved.config.members).toMatchObject([{ count: 2, architecture: { name: "nin", width: 0.0625 } }]);
  const { staged, members } = await evaluateRun(done.folder, { container });
  expect(staged).toHaveLength(2);
  expect(members.map(({ alpha, agreement }) => [alpha, agreement])).toEqual([
    [1, 1],
    [1, 1],
  ]);
  const experiment = JSON.parse(await readFile(join(done.folder, "experiment.json"), "utf8")) as { origin: unknown };
  expect(experiment.origin).toMatchObject({
    format: "PyTorch",
    checkpoints: [
      { file: "9.pth.tar", facts: { best_acc: 71.25 } },
      { file: "10.pth.tar", facts: { best_acc: 71.25 } },
    ],
  });
});

test("latent kernels are kept as they are in the checkpoint", async () => {
  const { folder } = await run([fixture("python2", "nin.pth.tar")], small);
  const plan = await planImport([fixture("python2", "nin.pth.tar")], small, { container });
  const bytes = plan.members[0]?.weights.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 4), 0) ?? 0;
  const saved = await floats(join(folder, "members", "000", "weights.bin"));
  expect(saved.byteLength).toBe(bytes);
  expect(saved[0]).toBe(-0.5); // filter 0, channel 0, top left; no mean subtracted
});

test("boosted checkpoints without alphas: the scheme is replayed over the training images, member by member", async () => {
  const folder = await folderOf(["python2/nin.pth.tar", "0.pth.tar"], ["python2/nin.pth.tar", "1.pth.tar"]);
  const { folder: imported, events } = await run([folder], { ...small, scheme: "samme", dataset: "four" });
  const scheme = completeScheme(container.resolve(SCHEMES).create("samme"));
  const labels = Int32Array.of(1, 2, 3, 4);
  let sampleWeights = scheme.begin({ samples: 4, classes: 10 });
  for (const member of [0, 1]) {
    const at = String(member).padStart(3, "0");
    expect(await doubles(join(imported, "weights", `${at}.f64`))).toEqual(sampleWeights);
    const logits = await floats(join(imported, "members", at, "logits.train.f32"));
    const wrong = Uint8Array.from(winners(logits, 10), (winner, row) => (winner === labels[row] ? 0 : 1));
    const error = weightedError(sampleWeights, wrong);
    const verdict = scheme.next({ member, sampleWeights, wrong, error, labels, classes: 10, logits: () => logits });
    if (verdict.kind !== "accept") throw new Error(verdict.reason);
    expect(events.filter((event) => event.type === "member-end")[member]?.alpha).toBe(verdict.alpha);
    ({ sampleWeights } = verdict);
  }
  expect(new Set(sampleWeights).size).toBeGreaterThan(1);
});

test("alphas and sample weights that lie beside the checkpoints are taken", async () => {
  const folder = await folderOf(
    ["python2/nin.pth.tar", "0.pth.tar"],
    ["python2/nin.pth.tar", "1.pth.tar"],
    ["torch/alpha_m_mat.npy", "alpha_m_mat.npy"],
    ["torch/sample_weights_0.npy", "sample_weights_0.npy"],
  );
  const { folder: imported, events } = await run([folder], { ...small, scheme: "mildboost", dataset: "three" });
  expect(events.flatMap((event) => (event.type === "member-end" ? [event.alpha] : []))).toEqual([0.5, 1.25]);
  expect([...(await doubles(join(imported, "weights", "001.f64")))]).toEqual([0.25, 0.75, 0.5]);

  await expect(planImport([folder], { ...small, scheme: "mildboost" }, { container })).rejects.toThrow(
    /sample_weights_0\.npy: holds 3 sample weights, and there are 4 training images/,
  );
  await cp(fixture("python2/nin.pth.tar"), join(folder, "2.pth.tar"));
  await expect(planImport([folder], { ...small, dataset: "three" }, { container })).rejects.toThrow(
    /alpha_m_mat\.npy: holds 2 alphas, and there are 3 checkpoints/,
  );
});

describe("nothing is left behind", () => {
  test("by a checkpoint that does not fit", async () => {
    const folder = await folderOf(["python2/nin.pth.tar", "0.pth.tar"], [reference("legacy_nin.pth.tar"), "1.pth.tar"]);
    await expect(planImport([folder], small, { container })).rejects.toThrow(
      /1\.pth\.tar: does not fit nin width=0\.0625: \d+ misshapen\. .*module\.xnor\.0\.weight \[48, 3, 5, 5\], in our order \[5, 5, 3, 48\]: conv1\/kernel is \[5, 5, 3, 12\]/s,
    );
    await expect(planImport([folder], { ...small, architecture: "allbinnet" }, { container })).rejects.toThrow(/missing.*extra/s);
  });

  test("by one with a variance below 0", async () => {
    const folder = await folderOf(["python2/nin.pth.tar", "0.pth.tar"]);
    const file = await readFile(join(folder, "0.pth.tar"));
    const { tensors, read } = readCheckpoint(file, "0.pth.tar");
    const [name = "", tensor] = [...tensors].find(([key]) => key.endsWith("running_var")) ?? [];
    const values = tensor ? read(tensor) : new Float32Array(1);
    file.writeFloatLE(-1, file.indexOf(Buffer.from(values.buffer)));
    await writeFile(join(folder, "0.pth.tar"), file);
    await expect(run([folder], small)).rejects.toThrow(
      `0.pth.tar: ${name} has the value -1, and no variance is below 0. The file is damaged`,
    );
    // A variance of 0 is a channel that never changed.
    const minus = Buffer.alloc(4);
    minus.writeFloatLE(-1);
    file.writeFloatLE(0, file.indexOf(Buffer.concat([minus, Buffer.from(values.buffer, 4)])));
    await writeFile(join(folder, "0.pth.tar"), file);
    expect(await run([folder], small)).toMatchObject({ reason: "finished" });
  });

  test("by a place that is none, before the folder is made", async () => {
    const plan = await planImport([fixture("python2", "nin.pth.tar")], small, { container });
    const out = join(await folderOf(["python2/nin.pth.tar", "a file"]), "a file", "runs");
    await expect(all(importTorch(plan, { container, out }))).rejects.toThrow(/a file\/runs: cannot be made: /);
  });

  test("by one whose training had failed", async () => {
    const folder = await folderOf(["python2/nin.pth.tar", "0.pth.tar"]);
    const file = await readFile(join(folder, "0.pth.tar"));
    file.writeFloatLE(Number.NaN, file.length - 4); // of the last storage: the first convolution's kernel
    await writeFile(join(folder, "0.pth.tar"), file);
    await expect(run([folder], small)).rejects.toThrow(/0\.pth\.tar: module\.xnor\.0\.weight has the value NaN\. The training/);
  });

  test("by one that changes meanwhile, or is stopped, or not listened to any more", async () => {
    const folder = await folderOf(["python2/nin.pth.tar", "0.pth.tar"], ["python2/nin.pth.tar", "1.pth.tar"]);
    const out = await mkdtemp(join(tmpdir(), "benn-import-out-"));
    const plan = await planImport([folder], small, { container });

    const stop = new AbortController();
    const stopped = importTorch(plan, { container, out, signal: stop.signal, onRows: () => stop.abort() });
    await expect(all(stopped)).rejects.toThrow(/abort/);
    expect(await readdir(out)).toEqual([]);

    const between = new AbortController();
    const types: string[] = [];
    const ended = (async () => {
      for await (const { type } of importTorch(plan, { container, out, signal: between.signal })) {
        types.push(type);
        if (type === "member-end") between.abort();
      }
    })();
    await expect(ended).rejects.toThrow(/abort/);
    expect(types.filter((type) => type === "member-start")).toHaveLength(1); // the second member is not started
    expect(await readdir(out)).toEqual([]);

    let seen = "";
    for await (const event of importTorch(plan, { container, out, onFolder: (path) => (seen = path) }))
      if (event.type === "member-end") break;
    expect(existsSync(seen)).toBe(false);

    await cp(reference("legacy_nin.pth.tar"), join(folder, "1.pth.tar"));
    await expect(all(importTorch(plan, { container, out }))).rejects.toThrow(/1\.pth\.tar: has changed while it was imported/);
    expect(await readdir(out)).toEqual([]);
  });
});

test("what cannot be is told before anything is read", async () => {
  const path = fixture("python2", "nin.pth.tar");
  await expect(planImport([path], { ...small, members: [{ count: 2 }] }, { container })).rejects.toThrow(
    /the configuration lists 2 members, and there are 1 checkpoints/,
  );
  await expect(planImport([path], { ...small, architecture: { name: "nin", binary: "all-but-first" } }, { container })).rejects.toThrow(
    /no key map is known for nin binary=all-but-first; known are nin, allbinnet\. /,
  );
  await expect(planImport(["/nowhere"], small, { container })).rejects.toThrow(UserError);
});

test("a plugin's key map is used for the architecture that it is for", async () => {
  const own = createContainer({ defaults: { binarizer: "deterministic", voter: "soft" } });
  for (const plugin of [archNin, binarize, ensembleBagging, vote]) await plugin.register(own);
  for (const token of [BACKENDS, DATASETS] as const)
    for (const { name, definition } of container.resolve<Registry<unknown>>(token).entries())
      own.resolve<Registry<unknown>>(token).add(name, definition);
  const config = { ...small, architecture: { name: "nin", width: 0.0625, binary: "all-but-first" } };
  const path = fixture("python2", "nin.pth.tar");
  own.resolve(KEY_MAPS).add("mine", {
    description: "",
    create: () => ({ fits: ({ binary }) => binary === "all-but-first", map: { modules: { "xnor.0": "conv1" }, keys: {}, ignore: [] } }),
  });
  // The map covers the first layer, and leaves the rest of this checkpoint unmapped.
  const refusal = await planImport([path], config, { container: own }).catch((error: unknown) => String(error));
  expect(refusal).toMatch(/does not fit nin width=0\.0625 binary=all-but-first/);
  expect(refusal).not.toMatch(/xnor\.0\./);
});
