import { testBackend } from "@benn/core/testing";
import { create } from "../test/use-software-gpu.ts";
import { webgpuBackend } from "./webgpu-backend.ts";

testBackend("webgpu", create, webgpuBackend);
