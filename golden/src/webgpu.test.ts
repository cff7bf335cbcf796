import { useSoftwareGpu } from "@benn/software-gpu";
import { activateBackend } from "./activate-backend.ts";
import { goldenTests } from "./test/golden-tests.ts";

await useSoftwareGpu();
await goldenTests("backend webgpu", () => activateBackend("webgpu"));
