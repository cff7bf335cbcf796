import type { RunPlan } from "@benn/core/node";

// Measured speed of the WebAssembly engine on one core of an AMD EPYC (docs/engine.md): multiply-adds per second of binary and of real
// layers, and the seconds per step, or part of a step, that depend on neither, because many small kernels run one after the other.
const [BINARY_SPEED, REAL_SPEED, STEP_SECONDS] = [60e9, 15e9, 0.015];

/** An estimate of the training time in seconds on this many cores, without scoring and reading data. */
export function estimateSeconds({ kinds, dataset, config }: Pick<RunPlan, "kinds" | "dataset" | "config">, cores: number): number {
  const { batchSize = dataset.train, gradientAccumulationSteps = 1 } = config;
  const rows = Math.ceil(batchSize / gradientAccumulationSteps);
  return kinds.reduce((sum, { members, epochs, summary }) => {
    const steps = epochs * Math.ceil(dataset.train / rows);
    const binary = summary.binaryMultiplyAdds;
    const real = summary.multiplyAdds - binary;
    // A backward pass costs as much as two forward passes.
    const image = (3 * (binary / BINARY_SPEED + real / REAL_SPEED)) / cores;
    return sum + members.length * (steps * STEP_SECONDS + epochs * dataset.train * image);
  }, 0);
}
