import { UserError } from "@benn/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { f32, readFixture, values } from "../../test/fixtures.ts";
import { bytes, legacy, oneStorage, type Part, pickle, stateDict, text } from "../../test/pickle.ts";
import { type Checkpoint, readCheckpoint } from "./read-checkpoint.ts";
import { sizeOf } from "./tensor.ts";

const open = (...name: string[]): Checkpoint => readCheckpoint(readFixture(...name), name.join("/"));
const read = (checkpoint: Checkpoint, name: string): number[] => {
  const tensor = checkpoint.tensors.get(name);
  if (!tensor) throw new Error(`no ${name}`);
  return [...checkpoint.read(tensor)];
};

test("a checkpoint of Python 2 and PyTorch 0.3 gives every weight, from a GPU too", () => {
  const checkpoint = open("python2", "nin.pth.tar");
  expect(checkpoint.facts).toEqual({ best_acc: 71.25 });
  expect(checkpoint.tensors.size).toBe(38);
  for (const [i, [name, tensor]] of [...checkpoint.tensors].entries()) {
    const made = values(i, sizeOf(tensor.shape));
    expect(read(checkpoint, name), name).toEqual(f32(name.endsWith("running_var") ? made.map((x) => Math.abs(x) + 0.25) : made));
  }
});

test("what stands beside the weights in ImageNet's checkpoints of Python 2 is told if it is plain, and else left alone", () => {
  const checkpoint = open("python2", "imagenet.pth.tar");
  expect(checkpoint.facts).toEqual({ epoch: 80, arch: "resnet18", best_acc: 48.875 });
  expect(checkpoint.skipped).toEqual(["optimizer"]);
  expect(read(checkpoint, "module.fc.weight")).toEqual(f32(values(0, 12)));
  expect(read(checkpoint, "module.fc.bias")).toEqual(values(1, 4).map((x) => expect.closeTo(x, 3)));
});

describe("PyTorch of today", () => {
  test.for([
    ["compiled.pt", "_orig_mod."],
    ["averaged.pt", "module."],
    ["legacy.pt", ""],
    ["channels-last.pt", ""],
    ["beside.pt", ""],
  ] as const)("%s gives the weights, whatever order they lie in", ([file, prefix]) => {
    const checkpoint = open("torch-today", file);
    expect(checkpoint.tensors.get(`${prefix}0.weight`)?.shape).toEqual([3, 2, 3, 3]);
    const names = ["0.weight", "0.bias", "1.weight", "1.bias"];
    for (const [i, name] of names.entries())
      expect(read(checkpoint, prefix + name), name).toEqual(f32(values(i, name === "0.weight" ? 54 : 3)));
  });

  test("what stands beside the weights is told if it is plain, and else left alone: types, devices, schedules, random states", () => {
    const checkpoint = open("torch-today", "beside.pt");
    expect(checkpoint.facts).toEqual({ device: "cpu", best: 0.5, epoch: 7 });
    expect(checkpoint.skipped).toEqual(["optimizer", "scheduler", "scaler", "rng", "dtype", "eight"]);
    expect(read(checkpoint, "marked")).toEqual(f32(values(0, 3)));
  });

  test.for([
    ["float8.pt", /_rebuild_tensor_v3/],
    ["sparse.pt", /_rebuild_sparse_tensor/],
    ["protocol-5.pt", /pickle is of protocol 5/],
    ["script.pt", /__torch__/],
    ["exported.pt2", /no data\.pkl/],
    ["no-checksum.pt", /checksum.*set_crc32_options/],
  ] as const)("no state dict needs %s, and what to do is told", ([file, reason]) => {
    expect(() => open("torch-today", `refused-${file}`)).toThrow(UserError);
    expect(() => open("torch-today", `refused-${file}`)).toThrow(reason);
  });
});

describe.for(["zip", "legacy"])("PyTorch's own, in its %s form", (form) => {
  test("gives the weights of a DataParallel module, and skips its optimizer", () => {
    const checkpoint = open("torch", `${form}.pth.tar`);
    expect(checkpoint.facts).toEqual({ epoch: 3, arch: "net", best_acc: 48.75, best_top1: 12.5, right: 42 });
    expect(checkpoint.skipped).toEqual(["optimizer"]);
    expect([...checkpoint.tensors].map(([name, { shape }]) => [name, shape])).toEqual([
      ["module.conv.weight", [3, 2, 3, 3]],
      ["module.conv.bias", [3]],
      ["module.bn.weight", [3]],
      ["module.bn.bias", [3]],
      ["module.bn.running_mean", [3]],
      ["module.bn.running_var", [3]],
      ["module.bn.num_batches_tracked", []],
      ["module.fc.weight", [4, 12]],
      ["module.fc.bias", [4]],
    ]);
    expect(read(checkpoint, "module.conv.weight")).toEqual(f32(values(0, 54)));
    expect(read(checkpoint, "module.fc.weight")).toEqual(f32(values(7, 48)));
    expect(read(checkpoint, "module.bn.running_var")).toEqual(f32(values(5, 3).map((x) => x + 1)));
  });

  test("gives tensors of every type, and views of one storage", () => {
    const checkpoint = open("torch", `${form}-odd.pt`);
    const shared = values(0, 24);
    const all = Object.fromEntries([...checkpoint.tensors.keys()].map((name) => [name, read(checkpoint, name)]));
    expect(all).toMatchObject({
      double: f32(values(0, 6)),
      half: values(0, 6).map((x) => expect.closeTo(x, 3)),
      bfloat16: values(0, 6).map((x) => expect.closeTo(x, 2)),
      long: [-2, -1, 0, 1, 2],
      int: [-2, -1, 0, 1, 2],
      short: [-2, -1, 0, 1, 2],
      char: [-2, -1, 0, 1, 2],
      byte: [0, 1, 2, 3, 4],
      bool: [1, 0, 1],
      rows: f32(shared.slice(8, 20)),
      columns: f32([0, 1, 2, 3, 4, 5].flatMap((row) => shared.slice(4 * row + 1, 4 * row + 3))),
      transposed: f32([0, 1, 2, 3].flatMap((column) => [0, 1, 2, 3, 4, 5].map((row) => shared[4 * row + column] ?? 0))),
      empty: [],
      number: [2.5],
      parameter: f32(values(0, 3)),
    });
    expect(checkpoint.tensors.get("transposed")?.shape).toEqual([4, 6]);
    expect(Object.keys(all)).toHaveLength(15);
  });
});

test("protocol 1 is read, protocol 4 and whole modules are refused", () => {
  expect(read(open("torch", "protocol-1.pt"), "double")).toEqual(f32(values(0, 6)));
  expect(() => open("torch", "protocol-4.pt")).toThrow(/is of protocol 4/);
  expect(() => open("torch", "module.pt")).toThrow(/names "torch\.nn\.parallel\.data_parallel\.DataParallel", which no state dict needs/);
});

test("an old form of another version, or of a big-endian machine, is refused", () => {
  const magic = ["\x8a\x0a", Buffer.from("6cfc9c46f9206aa85019", "hex")];
  const good = legacy(stateDict(), ["0"], oneStorage);
  const start = bytes(pickle(...magic), pickle("M\xe9\x03"), pickle("}(", text("little_endian"), "\x88u"));
  expect(Buffer.compare(good.subarray(0, start.length), start)).toBe(0);
  const read = (version: Part, facts: Part) => () =>
    readCheckpoint(bytes(pickle(...magic), pickle(version), pickle(facts), good.subarray(start.length)), "x");
  expect(read("M\xe9\x03", ["}(", text("little_endian"), "\x88u"])().tensors.size).toBe(1);
  expect(read("M\xea\x03", ["}(", text("little_endian"), "\x88u"])).toThrow(/^x: is not of version 1001 of torch\.save's form/);
  for (const facts of [["}(", text("little_endian"), "\x89u"], "}", "N"])
    expect(read("M\xe9\x03", facts)).toThrow(/^x: was written on a big-endian machine\./);
});

test("a list of storages that is none is that of no storages", () => {
  const file = legacy(stateDict(), [], new Uint8Array(0));
  const list = pickle("](e");
  expect(Buffer.compare(file.subarray(-list.length), list)).toBe(0);
  for (const odd of [pickle("N"), list])
    expect(() => readCheckpoint(bytes(file.subarray(0, -list.length), odd), "x")).toThrow(
      'x: has no bytes for storage "0". It is damaged.',
    );
});

test("what begins almost as an archive is none", () => {
  for (const start of ["QK\x03\x04", "PL\x03\x04", "PK\x05\x04", "PK\x03\x06"])
    expect(() => readCheckpoint(Buffer.from(`${start}${"\0".repeat(99)}`, "latin1"), "x")).toThrow(/^x: is not a checkpoint of PyTorch\./);
});

test("an old form whose storages are not as its pickle says is refused", () => {
  const read = (keys: readonly string[], ...hex: string[]) =>
    readCheckpoint(legacy(stateDict(), keys, Buffer.from(hex.join(""), "hex")), "x");
  const [two, three, data] = ["0200000000000000", "0300000000000000", "0000803f00000040"];
  expect(read(["0"], two, data).tensors.size).toBe(1);
  expect(() => read(["0"], three, data, "00000000")).toThrow(/a storage has 3 elements where 2 were announced/);
  expect(() => read(["0"], two, "0000803f")).toThrow(/is cut short: 8 bytes should follow/);
  expect(() => read(["1"], two, data)).toThrow(/its list of storages is not that of its tensors/);
  expect(() => read(["0", "0"], two, data, two, data)).toThrow(/its list of storages is not that of its tensors/);
  expect(() => read([])).toThrow(/has no bytes for storage "0"/);
});

test.for([
  ["torch", "zip.pth.tar"],
  ["torch", "legacy.pth.tar"],
  ["python2", "imagenet.pth.tar"],
])("of %s/%s, cut short anywhere or changed anywhere, nothing worse comes than a UserError", (name) => {
  const whole = readFixture(...name);
  const attempt = (file: Uint8Array): void => {
    try {
      const checkpoint = readCheckpoint(file, "x");
      for (const tensor of checkpoint.tensors.values()) checkpoint.read(tensor);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  };
  for (let length = 0; length < whole.length; length += 7) expect(() => readCheckpoint(whole.subarray(0, length), "x")).toThrow(UserError);
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(changes, (changed) => {
      const file = Uint8Array.from(whole);
      for (const [at, byte] of changed) file[at] = byte;
      attempt(file);
    }),
    { numRuns: 500, seed: 2 },
  );
});

test.for([
  ["a pointer of Git LFS, not the file that it stands for", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"],
  ["a page of the web", "<!DOCTYPE html><title>Sign in</title>"],
  ["an archive packed with gzip (.gz, .tgz)", "\x1f\x8b\x08"],
  ["a NumPy array (.npy)", "\x93NUMPY\x01"],
  ["empty", ""],
] as const)("what is %s is named for it", ([what, contents]) => {
  expect(() => readCheckpoint(Buffer.from(contents, "latin1"), "x.pth")).toThrow(UserError);
  expect(() => readCheckpoint(Buffer.from(contents, "latin1"), "x.pth")).toThrow(`x.pth: is ${what}. `);
});
