import type { DeviceLimits } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import type { GuardedBackend, WebGPUProgram } from "./guarded-backend.ts";

const THREADS = 1 << 20;
/** Long enough for accurate timing: starting it and reading its result take a hundredth of this. */
const LONG_ENOUGH_SECONDS = 0.1;
const PROBES = 3;
const LARGE = 1 << 24;
/** Multiply-adds per thread and round: eight independent sums of four lanes. */
const LANES = 32;
const ROUNDS = 4;

/** Peak work per second: the best of several runs that are long enough. */
async function highest(work: number, run: (times: number) => Promise<void>): Promise<number> {
  const seconds = async (times: number): Promise<number> => {
    const start = performance.now();
    await run(times);
    return (performance.now() - start) / 1000;
  };
  await run(1); // compiles the program
  let [times, least] = [1, 0];
  while ((least = await seconds(times)) < LONG_ENOUGH_SECONDS) times *= 2;
  for (let i = 1; i < PROBES; i++) least = Math.min(least, await seconds(times));
  return (work * times) / least;
}

/** Peak throughput of the active GPU: a loop of multiply-adds in registers, and a sum of two large arrays. */
export async function measureLimits(backend: GuardedBackend): Promise<DeviceLimits> {
  const sums = Array.from({ length: LANES / 4 }, (_, i) => i);
  const program = (): WebGPUProgram => ({
    shaderKey: "benn_multiply_adds",
    variableNames: ["x"],
    outputShape: [THREADS],
    uniforms: "rounds : i32, ",
    size: true,
    workgroupSize: [256, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [THREADS / 256, 1, 1],
    getUserCode: () => `
      fn main(index : i32) {
        let factor = vec4<f32>(x[0]);
        ${sums.map((i) => `var sum${i} = vec4<f32>(f32(index) + ${i}.0);`).join(" ")}
        for (var round = 0; round < uniforms.rounds; round++) {
          ${sums.map((i) => `sum${i} = fma(sum${i}, factor, factor);`).join(" ")}
        }
        let all = ${sums.map((i) => `sum${i}`).join(" + ")};
        result[index] = all.x + all.y + all.z + all.w;
      }`,
  });
  const factor = tf.tensor1d(new Float32Array(2000).fill(0.5));
  const multiply = (rounds: number): tf.TensorInfo =>
    backend.runWebGPUProgram(program(), [factor], "float32", [{ type: "int32", data: [rounds] }]);
  const multiplyAdds = await highest(THREADS * LANES * ROUNDS, async (times) => {
    const { dataId } = multiply(times * ROUNDS);
    await backend.read(dataId);
    backend.disposeData(dataId);
  });
  const large = tf.fill([LARGE], 1);
  const bytes = await highest(12 * LARGE, async (times) => {
    for (let i = 1; i < times; i++) tf.add(large, large).dispose();
    const last = tf.tidy(() => tf.slice(tf.add(large, large), 0, 2));
    await last.data();
    last.dispose();
  });
  tf.dispose([factor, large]);
  return { multiplyAdds, bytes };
}
