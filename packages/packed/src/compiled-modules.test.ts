import { inflateRawSync } from "node:zlib";
import { createContext, runInContext } from "node:vm";
import { afterEach, expect, test, vi } from "vitest";
import { encodeModel, floatTensor, labelsFor, newSketch } from "../test/random-model.ts";
import { kernelsBase64, RELAXED_AT } from "./kernels-base64.ts";

const sketch = newSketch(1);
const kernel = floatTensor(sketch, [1, 1, 12, 3], (i) => (i % 7) - 3);
const nodes = [
  { op: "flatten", in: [0] },
  { op: "conv", in: [1], kernel, block: 256, strides: [1, 1], pad: [0, 0, 0, 0] },
] as const;
for (const name of ["mean", "deviation"]) sketch.tensors.set(name, { dtype: "F32", shape: [3], data: Float32Array.of(1, 2, 3) });
const header = { shape: [2, 2, 3], labels: labelsFor(3), voter: "soft", preprocessing: "standardize" } as const;
const file = encodeModel([{ architecture: "flat", alpha: 1, nodes }], header, sketch.tensors);
const image = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);

/** The engine's own, of a realm that may not compile, as a page's policy and edge runtimes have it. */
const forbidding = runInContext("WebAssembly", createContext({}, { codeGeneration: { wasm: false, strings: true } })) as typeof WebAssembly;
const freshLoad = async () => {
  vi.resetModules();
  return (await import("./load.ts")).load;
};
afterEach(() => void vi.unstubAllGlobals());

test("where compiling is forbidden, the error says so and how to load all the same", async () => {
  const load = await freshLoad();
  vi.stubGlobal("WebAssembly", forbidding);
  await expect(load(file)).rejects.toThrow(/compiling WebAssembly is forbidden here \(.+\)\. Allow 'wasm-unsafe-eval' .* \{ wasm \}/);
});

test("a module that was compiled beforehand computes the same there", async () => {
  const expected = (await (await freshLoad())(file)).predict(image).scores;
  const bytes = inflateRawSync(Buffer.from(kernelsBase64, "base64")).subarray(0, RELAXED_AT);
  const wasm = { kernels: await WebAssembly.compile(bytes) };
  const load = await freshLoad();
  vi.stubGlobal("WebAssembly", forbidding);
  expect((await load(file, { wasm })).predict(image).scores).toEqual(expected);
});

test("an engine without SIMD is told apart", async () => {
  const load = await freshLoad();
  const old = { compile: () => Promise.reject(new WebAssembly.CompileError("invalid opcode")), validate: () => false };
  vi.stubGlobal("WebAssembly", old);
  await expect(load(file)).rejects.toThrow("no WebAssembly SIMD");
});

test("where there is no file system, a path is refused with what to give", async () => {
  const load = await freshLoad();
  vi.stubGlobal("process", undefined);
  await expect(load("model.benn")).rejects.toThrow("model.benn: there is no file system here. Give load an address, or the file's bytes.");
});

test("a vote that is none is refused, and so is nothing at all", async () => {
  const model = await (await freshLoad())(file);
  expect(() => model.predict(image, { voter: "stacking" as "soft" })).toThrow(
    "predict: expected the voter hard, soft, softmax, got stacking.",
  );
  expect(() => model.predict(undefined as unknown as Uint8Array)).toThrow("predict: expected a picture");
});
