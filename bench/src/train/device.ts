import { nativeBackend } from "@benn/backend-node";
import { registerWasmBackend } from "@benn/backend-wasm";
import { registerWebgpuBackend, webgpuBackend } from "@benn/backend-webgpu";
import * as tf from "@tensorflow/tfjs";

/** Backends of this project that a bench can train with. */
export const BACKENDS = ["wasm", "webgpu", "node", "node-gpu"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** What a device gives at most, by programs that do nothing else. */
export interface DeviceLimits {
  /** Float32 multiply-adds a second, in units of 10¹². */
  readonly teramacs: number;
  /** Bytes of memory read and written a second, in units of 10⁹. */
  readonly gigabytes: number;
}

/** Makes a backend TensorFlow.js's current one. `gradients` is for wasm: exact unless "int16". */
export async function setUpDevice(
  name: string,
  threads: number,
  gradients?: string,
): Promise<{ readonly version: string; readonly limits?: DeviceLimits }> {
  const node = `Node ${process.versions.node}`;
  if (name === "wasm") {
    await registerWasmBackend({ threads, gradients: gradients === "int16" ? "int16" : "exact" });
    await tf.setBackend("benn-wasm");
    return { version: node };
  }
  if (name === "webgpu") {
    const backend = webgpuBackend.create({ power: "high-performance" });
    const probe = await backend.probe();
    if (!probe.ok) throw new Error(`${probe.reason}. ${probe.remedy}`);
    await backend.activate();
    return { version: `${probe.description}, ${node}`, limits: await measureDevice() };
  }
  await nativeBackend(name === "node-gpu" ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node")
    .create({})
    .activate();
  return { version: node };
}

type GpuBackend = Awaited<ReturnType<typeof registerWebgpuBackend>>;
type Program = Parameters<GpuBackend["runWebGPUProgram"]>[0];

const THREADS = 1 << 20;
/** A program that takes so long is timed well enough. */
const LONG_ENOUGH_SECONDS = 0.05;
/** Multiply-adds of a thread in a round: eight sums of four lanes, none of which waits for another. */
const LANES = 32;

/** The device's limits, measured on WebGPU: a loop of multiply-adds in registers, and a sum of two large arrays. */
async function measureDevice(): Promise<DeviceLimits> {
  const backend = await registerWebgpuBackend();
  const sums = Array.from({ length: LANES / 4 }, (_, i) => i);
  const program = (): Program => ({
    shaderKey: "bench_multiply_adds",
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
    await backend.read(run().dataId); // the whole result: read a small one
    return (performance.now() - start) / 1000;
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
  const teramacs = (THREADS * LANES * 2 * rounds) / difference / 1e12;

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
  const gigabytes = (20 * 12 * 2 ** 24) / ((await best(add(22))) - (await best(add(2)))) / 1e9;
  tf.dispose([factor, large]);
  return { teramacs, gigabytes };
}
