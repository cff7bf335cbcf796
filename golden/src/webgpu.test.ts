import { useSoftwareGpu } from "@benn/software-gpu";
import { activateBackend } from "./activate-backend.ts";
import { goldenTests } from "./test/golden-tests.ts";

await useSoftwareGpu();
// Batches in parts are in the exam that this backend passes; here they would take minutes on a GPU that the CPU plays.
await goldenTests("backend webgpu", () => activateBackend("webgpu"), { parts: false });
