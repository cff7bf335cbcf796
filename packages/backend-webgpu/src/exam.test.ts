import { testBackend } from "@benn/core/testing";
import { useSoftwareAdapter } from "../test/software-adapter.ts";
import { webgpuBackend } from "./webgpu-backend.ts";

await useSoftwareAdapter();
testBackend("webgpu", () => webgpuBackend.create({ power: "high-performance" }));
