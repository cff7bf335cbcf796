import { activateBackend } from "./activate-backend.ts";
import { goldenTests } from "./test/golden-tests.ts";

// A training step takes six seconds on this backend: composed.test.ts tests the same compositions on faster kernels.
await goldenTests("TensorFlow.js's cpu backend (without training)", () => activateBackend("cpu"), { training: false });
