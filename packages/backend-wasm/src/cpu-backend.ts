import { type Backend, type Definition } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

/** TensorFlow.js's own CPU backend, unchanged: the reference that the fast engines are compared with, a thousand times slower. */
export const cpuBackend: Definition<Backend> = {
  description: "TensorFlow.js's plain JavaScript backend: slow, for comparison",
  create: () => ({
    probe: () => Promise.resolve({ ok: true, description: `TensorFlow.js ${tf.version_core} in plain JavaScript` }),
    async activate() {
      await tf.setBackend("cpu");
    },
  }),
};
