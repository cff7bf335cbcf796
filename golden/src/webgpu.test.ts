import { useSoftwareGpu } from "@benn/software-gpu";
import { activateBackend } from "./activate-backend.ts";
import { goldenTests } from "./test/golden-tests.ts";

await useSoftwareGpu();
// Batches in parts are covered by the conformance tests of this backend; here they would take minutes on a software GPU.
await goldenTests("backend webgpu", () => activateBackend("webgpu"), { parts: false });
