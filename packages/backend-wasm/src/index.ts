import { BACKENDS, definePlugin } from "@benn/core";
import { cpuBackend } from "./cpu-backend.ts";
import { wasmBackend } from "./wasm-backend.ts";

export { WasmBackend } from "./backend.ts";
export { cpuBackend } from "./cpu-backend.ts";
export { Profiler } from "./profiler.ts";
export { BACKEND_NAME, registerWasmBackend, type WasmOptions } from "./register.ts";
export { wasmBackend } from "./wasm-backend.ts";

export default definePlugin({
  name: "@benn/backend-wasm",
  register(container) {
    const backends = container.resolve(BACKENDS);
    backends.add("wasm", wasmBackend);
    backends.add("cpu", cpuBackend);
  },
});
