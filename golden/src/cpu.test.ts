import { activateBackend } from "./activate-backend.ts";
import { goldenTests } from "./test/golden-tests.ts";

// A training step takes this backend six seconds: composed.test.ts has the same compositions on faster kernels.
await goldenTests("TensorFlow.js's cpu backend (without training)", () => activateBackend("cpu"), { training: false });
