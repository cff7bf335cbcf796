// Loaded before an engine's own process starts (node --import), so that its WebGPU runs on the CPU.
import { useSoftwareGpu } from "@benn/software-gpu";

await useSoftwareGpu();
