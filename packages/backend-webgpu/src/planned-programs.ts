import type { DataType, TensorInfo } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { GuardedBackend, ProgramUniforms, WebGPUProgram } from "./guarded-backend.ts";

/**
 * What TensorFlow.js keeps to itself of its WebGPU backend. 4.22 is its last release, and the catalog pins it, so these
 * names do not move.
 */
export interface Internals {
  readonly activeTimers: unknown[] | undefined;
  computePassEncoder: GPUComputePassEncoder | null;
  readonly commandEncoder: GPUCommandEncoder | null;
  dispatchCountInPass: number;
  readonly uniformPendingDisposal: GPUBuffer[];
  makeUniforms(uniforms: { type: string; data: number[] }[]): { buffer: GPUBuffer };
}

/** All that running a program takes but its tensors, for one program on shapes that it has met. */
interface Plan {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly dispatch: readonly [number, number, number];
  /** By their values: most programs are started with the same uniforms in every step. */
  readonly uniforms: Map<string, GPUBuffer>;
  /** By the buffers that are bound. */
  readonly groups: Map<string, GPUBindGroup>;
}

/** Dispatches that travel to the GPU together: so many that a submission's cost vanishes, so few that the GPU soon begins. */
const BATCH = 64;
const MOST_UNIFORMS = 8;
const MOST_GROUPS = 1024;

/**
 * Starts programs at a tenth of what it takes TensorFlow.js: its backend makes a uniform buffer and a bind group and looks
 * for the pipeline's layout anew at every start, each a call into the driver of 10 to 30 µs, for some 500 starts in a
 * training step. Here all of it is kept, and found again by the program, its shapes, its uniforms and its buffers.
 */
export class PlannedPrograms {
  readonly #backend: GuardedBackend;
  readonly #internals: Internals;
  readonly #plans = new Map<string, Plan>();
  readonly #numbers = new WeakMap<GPUBuffer, number>();
  #nextNumber = 0;

  constructor(backend: GuardedBackend) {
    this.#backend = backend;
    this.#internals = backend as unknown as Internals;
  }

  /**
   * Starts a program.
   * @param first starts it by TensorFlow.js, which compiles it; called when the program meets shapes for the first time
   */
  run(
    program: WebGPUProgram,
    inputs: TensorInfo[],
    dtype: DataType,
    uniforms: ProgramUniforms | undefined,
    output: TensorInfo | undefined,
    first: () => TensorInfo,
  ): TensorInfo {
    const backend = this.#backend;
    if (this.#internals.activeTimers || program.pixelsOpType != null) return first();
    const outputShape = output?.shape ?? program.outputShape;
    let key = `${program.shaderKey}|${String(program.workgroupSize)}|${String(program.dispatch)}|${output?.dtype ?? dtype}${String(outputShape)}`;
    for (const { dataId, shape } of inputs) key += `|${backend.tensorMap.get(dataId).dtype}${String(shape)}`;
    const plan = this.#plans.get(key);
    if (!plan) {
      const result = first();
      const { pipeline, dispatch } = program;
      if (pipeline && !(pipeline instanceof Promise)) {
        this.#plans.set(key, {
          pipeline,
          layout: pipeline.getBindGroupLayout(0),
          dispatch: [...dispatch],
          uniforms: new Map(),
          groups: new Map(),
        });
      }
      return result;
    }
    const result = output ?? backend.makeTensorInfo([...program.outputShape], dtype);
    const bound = [this.#bufferOf(result.dataId)];
    for (const { dataId } of inputs) bound.push(this.#bufferOf(dataId));
    bound.push(this.#uniformsOf(plan, program, inputs, result, uniforms));
    this.#dispatch(plan, bound);
    return result;
  }

  #bufferOf(dataId: object): GPUBuffer {
    this.#backend.uploadToGPU(dataId);
    return this.#backend.tensorMap.get(dataId).resource as GPUBuffer;
  }

  /** In the order in which TensorFlow.js declares them in WGSL. */
  #uniformsOf(
    plan: Plan,
    program: WebGPUProgram,
    inputs: readonly TensorInfo[],
    output: TensorInfo,
    own: ProgramUniforms = [],
  ): GPUBuffer {
    let values = "";
    for (const { data } of own) values += `${String(data)};`;
    const known = plan.uniforms.get(values);
    if (known) return known;
    const size = program.outputShape.reduce((product, n) => product * n, 1) / (program.outputComponent ?? 1);
    const all = [
      { type: "float32", data: [Number.NaN] },
      { type: "float32", data: [Infinity] },
      ...[...inputs, output].flatMap(({ shape }) => [
        { type: "int32", data: [...shape] },
        { type: "int32", data: tf.util.computeStrides(shape) },
      ]),
      ...(program.size ? [{ type: "int32", data: [size] }] : []),
      ...own.map(({ type, data }) => ({ type, data: [...data] })),
    ];
    const { buffer } = this.#internals.makeUniforms(all);
    this.#internals.uniformPendingDisposal.pop(); // it stays
    const forgotten = forgetOldest(plan.uniforms, MOST_UNIFORMS);
    if (forgotten) this.#internals.uniformPendingDisposal.push(forgotten); // what was started may still need it
    plan.uniforms.set(values, buffer);
    return buffer;
  }

  #dispatch({ pipeline, layout, dispatch, groups }: Plan, bound: readonly GPUBuffer[]): void {
    let key = "";
    for (const buffer of bound) key += `${this.#numberOf(buffer)},`;
    let group = groups.get(key);
    if (!group) {
      const entries = bound.map((buffer, binding) => ({ binding, resource: { buffer } }));
      group = this.#backend.device.createBindGroup({ layout, entries });
      forgetOldest(groups, MOST_GROUPS);
      groups.set(key, group);
    }
    const internals = this.#internals;
    this.#backend.ensureCommandEncoderReady();
    const pass = (internals.computePassEncoder ??= internals.commandEncoder!.beginComputePass());
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...dispatch);
    internals.dispatchCountInPass += 1;
    if (internals.dispatchCountInPass >= BATCH) this.submit();
  }

  /** Sends what was started to the GPU. */
  submit(): void {
    if (!this.#internals.commandEncoder) return;
    this.#backend.endComputePassEncoder();
    this.#backend.submitQueue();
  }

  #numberOf(buffer: GPUBuffer): number {
    let number = this.#numbers.get(buffer);
    if (number === undefined) this.#numbers.set(buffer, (number = this.#nextNumber++));
    return number;
  }
}

/** Makes room for one more. */
function forgetOldest<T>(map: Map<string, T>, most: number): T | undefined {
  if (map.size < most) return undefined;
  for (const [key, value] of map) {
    map.delete(key);
    return value;
  }
  return undefined;
}
