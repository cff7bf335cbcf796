import { BACKENDS, definePlugin } from "@benn/core";
import { nativeBackend } from "./native-backend.ts";

export { BACKEND_NAME, nativeBackend } from "./native-backend.ts";
export type { NativePackage } from "./native-package.ts";

export default definePlugin({
  name: "@benn/backend-node",
  register(container) {
    const backends = container.resolve(BACKENDS);
    backends.add("node", nativeBackend("@tensorflow/tfjs-node"));
    backends.add("node-gpu", nativeBackend("@tensorflow/tfjs-node-gpu"));
  },
});
