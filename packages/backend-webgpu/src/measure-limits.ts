import type { DeviceLimits } from "@benn/core";
import * as tf from "@tensorflow/tfjs";
import type { GuardedBackend, WebGPUProgram } from "./guarded-backend.ts";

const THREADS = 1 << 20;
/** A program that takes so long is timed well enough. */
const LONG_ENOUGH_SECONDS = 0.05;
/** Multiply-adds of a thread in a round: eight sums of four lanes, none of which waits for another. */
const LANES = 32;

/** What the active GPU gives at most: a loop of multiply-adds in registers, and a sum of two large arrays. */
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
  const timed = async (run: () => { dataId: object }): Promise<number> => {
    const start = performance.now();
    const { dataId } = run();
    await backend.read(dataId); // the whole result: read a small one
    const seconds = (performance.now() - start) / 1000;
    backend.disposeData(dataId);
    return seconds;
  };
  const best = async (run: () => Promise<number>): Promise<number> => {
    let least = Infinity;
    for (let i = 0; i < 3; i++) least = Math.min(least, await run());
    return least;
  };
  let rounds = 16;
  while ((await best(() => timed(() => multiply(rounds)))) < LONG_ENOUGH_SECONDS) rounds *= 2;
  // Two lengths, so that starting and reading cancel out.
  const difference = (await best(() => timed(() => multiply(3 * rounds)))) - (await best(() => timed(() => multiply(rounds))));
  const multiplyAdds = (THREADS * LANES * 2 * rounds) / difference;

  const large = tf.fill([1 << 24], 1);
  const add = (times: number) => async (): Promise<number> => {
    const start = performance.now();
    const last = tf.tidy(() => {
      let sum: tf.Tensor = large;
      for (let i = 0; i < times; i++) sum = tf.add(large, large);
      return tf.slice(sum, 0, 2);
    });
    await last.data();
    last.dispose();
    return (performance.now() - start) / 1000;
  };
  const bytes = (20 * 12 * 2 ** 24) / ((await best(add(22))) - (await best(add(2))));
  tf.dispose([factor, large]);
  return { multiplyAdds, bytes };
}
