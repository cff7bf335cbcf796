import { testBackend } from "@benn/core/testing";
import { create } from "../test/use-software-gpu.ts";

testBackend("webgpu", create);
