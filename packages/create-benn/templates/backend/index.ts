import { type Backend, BACKENDS, definePlugin } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

/** TensorFlow.js's own kernels in JavaScript. Register the kernels of your device with TensorFlow.js, and activate them here. */
export const myBackend: Backend = {
  probe: async () => ({ ok: true, description: "TensorFlow.js's kernels in JavaScript, on one core" }),
  async activate() {
    await tf.setBackend("cpu");
  },
};

export default definePlugin({
  name: "my-backend",
  register(container) {
    container.resolve(BACKENDS).add("my-backend", { description: "plain JavaScript", create: () => myBackend });
  },
});
