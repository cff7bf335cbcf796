import { BACKENDS, definePlugin } from "@benn/core";
import { webgpuBackend } from "./webgpu-backend.ts";

export { BACKEND_NAME, registerWebgpuBackend, type WebgpuOptions } from "./register.ts";
export { webgpuBackend } from "./webgpu-backend.ts";

export default definePlugin({
  name: "@benn/backend-webgpu",
  register(container) {
    container.resolve(BACKENDS).add("webgpu", webgpuBackend, { aliases: ["gpu"] });
  },
});
