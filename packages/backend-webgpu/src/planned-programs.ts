import type { DataType, TensorInfo } from "@benn/core/tensorflow";
import * as tf from "@benn/core/tensorflow";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

/** TensorFlow.js's own kind of program, and its uniforms. */
export type StockProgram = Parameters<WebGPUBackend["runWebGPUProgram"]>[0];
export type ProgramUniforms = NonNullable<Parameters<WebGPUBackend["runWebGPUProgram"]>[3]>;

/** Private members of TensorFlow.js's WebGPU backend. 4.22 is its last release, and the catalog pins it, so these names are stable. */
export interface Internals {
  readonly activeTimers: { name: string; query: Promise<number> }[] | undefined;
  readonly supportTimestampQuery: boolean;
  querySet: GPUQuerySet | null;
  readonly querySetCount: number;
  getQueryTime(): Promise<number>;
  computePassEncoder: GPUComputePassEncoder | null;
  readonly commandEncoder: GPUCommandEncoder | null;
  dispatchCountInPass: number;
  readonly uniformPendingDisposal: GPUBuffer[];
  makeUniforms(uniforms: { type: string; data: number[] }[]): { buffer: GPUBuffer };
}

/** A custom WGSL program with several outputs; TensorFlow.js's programs write one. */
export interface OwnProgram {
  /** Unique shader cache key. */
  readonly key: string;
  wgsl(): string;
  /** In the order of its bindings; the uniforms come after them. */
  readonly tensors: readonly TensorInfo[];
  /** One number each. */
  readonly uniforms: readonly { type: string; data: number[] }[];
  readonly workgroups: readonly [number, number, number];
}

/** Everything but its tensors that running a program needs, for one program on shapes seen before. */
interface Plan {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** By their values: most programs use the same uniforms in every step. */
  readonly uniforms: Map<string, GPUBuffer>;
  /** By the bound buffers. */
  readonly groups: Map<string, GPUBindGroup>;
}

/** Number of dispatches per submission: enough to make its cost negligible, few enough for the GPU to start early. */
const BATCH = 64;
const MOST_UNIFORMS = 8;
const MOST_GROUPS = 1024;

/**
 * Starts programs in a fraction of TensorFlow.js's time. Its backend creates a uniform buffer and a bind group and queries the pipeline's
 * layout at every start, each a driver call of 10 to 30 µs, for about 500 starts per training step. Here all of these are cached by the
 * program, its shapes, its uniforms and its buffers.
 */
export class PlannedPrograms {
  readonly #backend: WebGPUBackend;
  readonly #internals: Internals;
  readonly #plans = new Map<string, Plan & { readonly dispatch: readonly [number, number, number] }>();
  readonly #own = new Map<string, Plan>();
  readonly #numbers = new WeakMap<GPUBuffer, number>();
  #nextNumber = 0;

  constructor(backend: WebGPUBackend) {
    this.#backend = backend;
    this.#internals = backend as unknown as Internals;
  }

  /**
   * Starts a program.
   * @param first starts it by TensorFlow.js, which compiles it; called the first time the program runs on these shapes
   */
  run(
    program: StockProgram,
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
    this.#dispatch(plan, bound, plan.dispatch);
    return result;
  }

  runOwn({ key, wgsl, tensors, uniforms, workgroups }: OwnProgram): void {
    const { device } = this.#backend;
    let plan = this.#own.get(key);
    if (!plan) {
      const module = device.createShaderModule({ code: wgsl() });
      const pipeline = device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
      plan = { pipeline, layout: pipeline.getBindGroupLayout(0), uniforms: new Map(), groups: new Map() };
      this.#own.set(key, plan);
    }
    const bound = tensors.map(({ dataId }) => this.#bufferOf(dataId));
    let values = "";
    for (const { data } of uniforms) values += `${data[0]};`;
    let buffer = plan.uniforms.get(values);
    if (!buffer) {
      ({ buffer } = this.#internals.makeUniforms([...uniforms]));
      this.#keepUniforms(plan, values, buffer);
    }
    this.#dispatch(plan, [...bound, buffer], workgroups);
  }

  #bufferOf(dataId: object): GPUBuffer {
    this.#backend.uploadToGPU(dataId);
    return this.#backend.tensorMap.get(dataId).resource as GPUBuffer;
  }

  /** In the order in which TensorFlow.js declares them in WGSL. */
  #uniformsOf(plan: Plan, program: StockProgram, inputs: readonly TensorInfo[], output: TensorInfo, own: ProgramUniforms = []): GPUBuffer {
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
    this.#keepUniforms(plan, values, buffer);
    return buffer;
  }

  #keepUniforms({ uniforms }: Plan, values: string, buffer: GPUBuffer): void {
    this.#internals.uniformPendingDisposal.pop(); // it is kept
    const forgotten = forgetOldest(uniforms, MOST_UNIFORMS);
    if (forgotten) this.#internals.uniformPendingDisposal.push(forgotten); // programs that were started may still need it
    uniforms.set(values, buffer);
  }

  #dispatch({ pipeline, layout, groups }: Plan, bound: readonly GPUBuffer[], workgroups: readonly [number, number, number]): void {
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
    if (internals.activeTimers) this.#backend.endComputePassEncoder();
    this.#backend.ensureCommandEncoderReady();
    const pass = (internals.computePassEncoder ??= internals.commandEncoder!.beginComputePass(this.#timestamps()));
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...workgroups);
    internals.dispatchCountInPass += 1;
    if (internals.activeTimers) {
      this.#backend.endComputePassEncoder();
      internals.activeTimers.push({ name: "", query: internals.getQueryTime() });
      return;
    }
    if (internals.dispatchCountInPass >= BATCH) this.submit();
  }

  /** While programs are timed, each has its own pass, as in TensorFlow.js. */
  #timestamps(): GPUComputePassDescriptor {
    const internals = this.#internals;
    if (!internals.activeTimers || !internals.supportTimestampQuery) return {};
    internals.querySet ??= this.#backend.device.createQuerySet({ type: "timestamp", count: internals.querySetCount });
    return { timestampWrites: { querySet: internals.querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } };
  }

  /** Submits the recorded dispatches to the GPU. */
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

/** Makes room for one more entry. */
function forgetOldest<T>(map: Map<string, T>, most: number): T | undefined {
  if (map.size < most) return undefined;
  for (const [key, value] of map) {
    map.delete(key);
    return value;
  }
  return undefined;
}
