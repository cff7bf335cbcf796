import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { encodeModel, floatTensor, labelsFor, newSketch } from "../test/random-model.ts";
import { load } from "./load.ts";
import { PackedError } from "./packed-error.ts";
import type { LoadProgress } from "./read-bytes.ts";

const sketch = newSketch(1);
const kernel = floatTensor(sketch, [1, 1, 12, 3], (i) => (i % 7) - 3);
const nodes = [
  { op: "flatten", in: [0] },
  { op: "conv", in: [1], kernel, block: 256, strides: [1, 1], pad: [0, 0, 0, 0] },
] as const;
for (const name of ["mean", "deviation"]) sketch.tensors.set(name, { dtype: "F32", shape: [3], data: Float32Array.of(1, 2, 3) });
const header = { shape: [2, 2, 3], labels: labelsFor(3), voter: "soft", preprocessing: "standardize" } as const;
const member = { architecture: "flat", alpha: 1, nodes };
const file = encodeModel([member, { ...member, alpha: 3 }], header, sketch.tensors);

const folder = mkdtempSync(join(tmpdir(), "benn-load-"));
const path = join(folder, "model.benn");
writeFileSync(path, file);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const image = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);

test("from bytes, a buffer, a path or a file address comes the same model", async () => {
  const expected = (await load(file)).predict(image).scores;
  for (const source of [
    file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer,
    path,
    pathToFileURL(path),
    pathToFileURL(path).href,
  ]) {
    expect((await load(source)).predict(image).scores).toEqual(expected);
  }
});

test("a vote that may stop early runs the members of the largest vote weights first, and counts in the members' order", async () => {
  const members = [0.25, 0.5, 4, -0.125].map((alpha) => ({ ...member, alpha }));
  const model = await load(encodeModel(members, header, sketch.tensors));
  const whole = model.predict(image, { voter: "softmax" });
  const early = model.predict(image, { voter: "softmax", anytime: true });
  expect(early.votes.map((vote) => vote.member)).toEqual([2]);
  expect(early).toMatchObject({ class: whole.class, ran: 1, members: 4 });
  const split = [1, 1.5, -3].map((alpha) => ({ ...member, alpha }));
  const undecided = await load(encodeModel(split, header, sketch.tensors));
  for (const voter of ["hard", "softmax"] as const) {
    const all = undecided.predict(image, { voter, anytime: true });
    expect(all.votes.map((vote) => vote.member)).toEqual([0, 1, 2]);
    expect(all.scores).toEqual(undecided.predict(image, { voter }).scores);
  }
});

test("the first members vote as if the file had no others, also where they may stop early", async () => {
  const alphas = [0.25, -0.5, 4, -0.125].map((alpha) => ({ ...member, alpha }));
  const model = await load(encodeModel(alphas, header, sketch.tensors));
  const first = await load(encodeModel(alphas.slice(0, 2), header, sketch.tensors));
  for (const options of [{ voter: "soft" }, { voter: "hard", anytime: true }, { voter: "softmax", anytime: true, mirror: true }] as const) {
    const { scores, ran, votes } = model.predict(image, { ...options, members: 2 });
    expect({ scores, ran, votes }).toEqual((({ scores, ran, votes }) => ({ scores, ran, votes }))(first.predict(image, options)));
  }
  expect(model.predict(image, { members: 4 })).toEqual(model.predict(image));
  for (const members of [0, 5, 1.5, Number.NaN]) {
    expect(() => model.predict(image, { members })).toThrow(`predict: expected 1 to 4 members, got ${members}.`);
  }
});

test("from a server it comes with its progress, and a file that is not there is told by its status", async () => {
  const server = createServer((request, response) => {
    if (request.url !== "/model.benn") {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-length": file.length });
    response.write(file.subarray(0, 100));
    setTimeout(() => response.end(file.subarray(100)), 20);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const heard: LoadProgress[] = [];
    const model = await load(`${address}/model.benn`, { onProgress: (progress) => heard.push(progress) });
    expect(model.labels).toEqual(header.labels);
    expect(heard.length).toBeGreaterThan(1);
    expect(heard.at(-1)).toEqual({ loaded: file.length, total: file.length });
    await expect(load(`${address}/other.benn`)).rejects.toThrow(/other\.benn: cannot be read: 404/);
    await expect(load(`${address}/model.benn`, { maxMemory: 200 })).rejects.toThrow(/has \d+ bytes or more, of at most 200/);
  } finally {
    server.close();
  }
});

async function served(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.benn`;
}

test("a server that falls silent is given up, before its answer and in it", async () => {
  const silent = await served(() => {});
  await expect(load(silent, { timeout: 50 })).rejects.toThrow(/model\.benn: cannot be read: the server sent nothing for 0\.05 s\./);
  const stalled = await served((_request, response) => response.write(file.subarray(0, 100)));
  await expect(load(stalled, { timeout: 50 })).rejects.toThrow(/the server sent nothing for 0\.05 s\./);
});

test("what is too large by the server's word, or none of ours by its first bytes, is not waited for", async () => {
  const endless = (start: Uint8Array, headers: Record<string, string> = {}) =>
    served((_request, response) => {
      response.writeHead(200, headers);
      response.write(start);
    });
  await expect(load(await endless(Buffer.alloc(100), { "content-length": "9999999" }), { maxMemory: 1000 })).rejects.toThrow(
    /has 9999999 bytes or more, of at most 1000/,
  );
  await expect(load(await endless(Buffer.alloc(100, 255)))).rejects.toThrow(/has a header of \d+ bytes, so it is not a \.benn file/);
  await expect(load(await endless(Buffer.from("<!DOCTYPE html>")))).rejects.toThrow(/model\.benn: is a page of the web\. Give the address/);
});

test.for([
  ["<html><title>Not found</title>", /is a page of the web\. Give the address of the file itself\./],
  ["version https://git-lfs.github.com/spec/v1\noid sha256:0\n", /is a pointer of Git LFS\. Fetch the file with git lfs pull\./],
  ["PK\x03\x04 net/data.pkl", /is a zip archive, as are checkpoints of PyTorch\./],
  ["\x1f\x8b\x08", /is packed with gzip\. Unpack it\./],
  ["", /has 0 bytes, so it is not a \.benn file/],
] as const)("what is no .benn file is named for what it is: %j", async ([text, says]) => {
  const other = join(folder, "other.benn");
  writeFileSync(other, text, "latin1");
  await expect(load(other)).rejects.toThrow(PackedError);
  await expect(load(other)).rejects.toThrow(says);
});

test("a folder gets an error of its own, with the command that exports a run", async () => {
  await expect(load(folder)).rejects.toThrow(`${folder}: is a folder, not a .benn file. Export a run folder first: benn export ${folder}.`);
});

test("a file that is not there is told by its path", async () => {
  await expect(load(join(folder, "nothing.benn"))).rejects.toThrow(/nothing\.benn: cannot be read: ENOENT/);
});

test("pictures of any size, bytes and floats are all images; what is none is refused with what was expected", async () => {
  const model = await load(file);
  const floats = Float32Array.from(image, (byte, i) => (byte - ((i % 3) + 1)) / ((i % 3) + 1));
  expect(model.predict(floats).scores).toEqual(model.predict(image).scores);
  const clear = {
    width: 2,
    height: 2,
    data: Uint8ClampedArray.from({ length: 16 }, (_, i) => (i % 4 === 3 ? 255 : (image[Math.floor(i / 4) * 3 + (i % 4)] ?? 0))),
  };
  expect(model.predict(clear).scores).toEqual(model.predict(image).scores);
  expect(model.predict({ width: 9, height: 5, data: new Uint8Array(135) }).label).toMatch(/class \d/);
  const batch = model.predict([image, floats, clear]);
  expect(batch.map(({ class: winner }) => winner)).toEqual(Array(3).fill(model.predict(image).class));
  expect(model.predict([])).toEqual([]);
  expect(() => model.predict(new Uint8Array(11))).toThrow(/expected 12 values \[2, 2, 3\], got 11/);
  expect(() => model.predict({ width: 3, height: 2, data: new Uint8Array(7) })).toThrow(/a picture of 3×2 has 7 bytes\. Give 1, 3 or 4/);
  expect(() => model.predict({ width: 3 } as never)).toThrow(/expected a picture/);
});

test("each member's vote comes with its vote weight", async () => {
  const model = await load(file);
  const { votes, scores, ran, members } = model.predict(image);
  expect([ran, members]).toEqual([2, 2]);
  expect(votes.map(({ alpha }) => alpha)).toEqual([1, 3]);
  expect(votes[0]?.logits).toEqual(votes[1]?.logits);
  for (const [i, score] of scores.entries()) expect(score).toBeCloseTo(4 * (votes[0]?.logits[i] ?? 0), 3);
  expect(model.predict(image, { voter: "hard" }).scores.reduce((a, b) => a + b)).toBe(4);
});

test("a vote that is decided stops, and says how many members ran", async () => {
  const alike = await load(encodeModel([member, member, member], header, sketch.tensors));
  for (const voter of ["hard", "softmax", "soft"] as const) {
    const [whole, early] = [alike.predict(image, { voter }), alike.predict(image, { voter, anytime: true })];
    expect(early.class).toBe(whole.class);
    expect([whole.ran, early.ran]).toEqual([3, voter === "soft" ? 3 : 2]);
    expect(early.votes).toHaveLength(early.ran);
  }
});
