import { createContainer } from "@benn/core";
import { findByteClass } from "@benn/core/node";
import { BACKENDS } from "@benn/core";
import { expect, test } from "vitest";
import { cpuBackend } from "./cpu-backend.ts";
import { wasmBackend } from "./wasm-backend.ts";

const container = createContainer({ defaults: {} });
container.resolve(BACKENDS).add("wasm", wasmBackend);
container.resolve(BACKENDS).add("cpu", cpuBackend);

test("machines that compute alike are of one class, on any number of threads; another form of the arithmetic is another class", async () => {
  const relaxed = await findByteClass({ name: "wasm", threads: 1 }, container);
  expect(relaxed.name).toMatch(/^wasm-relaxed-[0-9a-f]{8}$/);
  expect(relaxed.form).toEqual({ simd: "relaxed" });
  expect(await findByteClass({ name: "wasm", threads: 2, simd: "relaxed" }, container)).toEqual(relaxed);

  const plain = await findByteClass({ name: "wasm", simd: "plain" }, container);
  expect(plain.name).toMatch(/^wasm-plain-/);
  const cpu = await findByteClass({ name: "cpu" }, container);
  expect(cpu.form).toEqual({});
  const fingerprints = [relaxed, plain, cpu].map(({ name }) => name.split("-").at(-1));
  expect(new Set(fingerprints).size, "the fingerprint alone tells them apart").toBe(3);
});
