import { testBackend } from "@benn/core/testing";
import { cpuBackend } from "./cpu-backend.ts";
import { wasmBackend } from "./wasm-backend.ts";

testBackend("wasm", () => wasmBackend.create({ memory: 4096, simd: "auto", threads: 0, gradients: "exact" }), wasmBackend);
testBackend("wasm with plain SIMD", () => wasmBackend.create({ memory: 256, simd: "plain", threads: 1, gradients: "exact" }), wasmBackend);
testBackend(
  "wasm with quantized gradients",
  () => wasmBackend.create({ memory: 256, simd: "auto", threads: 0, gradients: "int16" }),
  wasmBackend,
);
testBackend("cpu", () => cpuBackend.create({}), cpuBackend);
