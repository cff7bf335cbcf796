import type { RunPlan } from "@benn/core/node";

// What the WebAssembly engine reached on one core of an AMD EPYC (docs/engine.md): multiply-adds a second of layers that are
// binary and of real ones, and the seconds of a step, or of a part of one, that depend on neither, because many small kernels follow one another.
const [BINARY_SPEED, REAL_SPEED, STEP_SECONDS] = [60e9, 15e9, 0.015];

/** A guess of the training time in seconds, on so many cores; scoring and data are left out. */
export function estimateSeconds({ kinds, dataset, config }: Pick<RunPlan, "kinds" | "dataset" | "config">, cores: number): number {
  const { batchSize = dataset.train, gradientAccumulationSteps = 1 } = config;
  const rows = Math.ceil(batchSize / gradientAccumulationSteps);
  return kinds.reduce((sum, { members, epochs, summary }) => {
    const steps = epochs * Math.ceil(dataset.train / rows);
    const binary = summary.binaryMultiplyAdds;
    const real = summary.multiplyAdds - binary;
    // A backward pass costs two forward passes.
    const image = (3 * (binary / BINARY_SPEED + real / REAL_SPEED)) / cores;
    return sum + members.length * (steps * STEP_SECONDS + epochs * dataset.train * image);
  }, 0);
}
