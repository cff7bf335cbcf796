import { UserError } from "@benn/core";
import { OutOfMemoryError } from "@benn/core/internals";
import { bytes as sizeText } from "@benn/core/quantities";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { DataType, TensorInfo } from "@benn/core/tensorflow";
import { largestTensor } from "./adapter.ts";
import type { Elements } from "./elements.ts";
import { type OwnProgram, PlannedPrograms, type ProgramUniforms, type StockProgram } from "./planned-programs.ts";
import { RecycledBuffers } from "./recycled-buffers.ts";

export type WebGPUProgram = StockProgram & {
  /** Number of its multiply-adds, for the profile. */
  readonly macs?: number;
};

/** Maximum number of constants whose buffers are kept. */
const MOST_CONSTANTS = 1024;
/** Number of values that are sent to the GPU at once: 32 MiB. */
const WRITTEN_AT_ONCE = 2 ** 23;

/** Time of one execution of a program on the device. */
export interface ProgramTime {
  /** Name of the program; those of this package begin with `benn_`. */
  readonly program: string;
  readonly outputShape: readonly number[];
  /** Bytes read and written, assuming that every tensor is accessed once. */
  readonly bytes: number;
  /** Multiply-adds, if the program counts them. */
  readonly macs?: number | undefined;
  readonly milliseconds: number;
}

/** What a reader of a deferred tensor may read instead. */
export interface Forms {
  /** Its values are the signs of this tensor: −1 below 0, else 1. */
  readonly signOf?: TensorInfo;
  /** How each of its values is computed. */
  readonly elements?: Elements;
}

/** Size of tensors in bytes; all types have four bytes per element here. */
function bytesOf(shapes: readonly (readonly number[])[]): number {
  return 4 * shapes.reduce((sum, shape) => sum + shape.reduce((product, n) => product * n, 1), 0);
}

/**
 * TensorFlow.js's WebGPU backend, extended to detect a lost device and full memory. WebGPU reports both by promises and events that the
 * original ignores; here, reading a tensor or starting a program throws the error, and no read waits forever.
 */
export class GuardedBackend extends WebGPUBackend {
  #failure: Error | undefined;
  readonly #waiting = new Set<(error: Error) => void>();
  readonly #programs: PlannedPrograms;
  /** Deferred tensors that were not requested yet, with their inputs. */
  readonly #deferred = new Map<object, { readonly inputs: readonly TensorInfo[]; readonly compute: () => void; readonly forms: Forms }>();
  /** How many deferred tensors need a tensor, and whether TensorFlow.js has disposed it meanwhile. */
  readonly #wanted = new Map<object, { times: number; givenUp: boolean }>();
  /** Numbers that programs take as tensors, such as 0.9, by type and value. */
  readonly #constants = new Map<string, GPUBuffer>();
  #profiled: Omit<ProgramTime, "milliseconds">[] | undefined;

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info);
    Object.assign(this, { bufferManager: new RecycledBuffers(device) });
    this.#programs = new PlannedPrograms(this);
    void device.lost.then(({ message }) => this.#fail(lost(message)));
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault(); // do not print it: it is thrown
      this.#fail(this.#errorOf(event.error));
    });
  }

  /** Why the backend no longer works. A backend that failed must be replaced. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const reject of this.#waiting) reject(this.#failure);
    this.#waiting.clear();
  }

  #errorOf({ constructor, message }: GPUError): Error {
    const [line = ""] = message.split("\n");
    if (constructor.name !== "GPUOutOfMemoryError") return new Error(`backend webgpu: ${line}`);
    return new OutOfMemoryError(`the GPU's memory is full, with ${sizeText(this.memory().numBytesAllocatedInGPU)} in tensors (${line}).`);
  }

  /**
   * A tensor that is computed on demand; often it is never needed, such as the gradient of the images.
   * @param compute writes its values into the tensor
   */
  defer(shape: readonly number[], inputs: readonly TensorInfo[], compute: (output: TensorInfo) => void, forms: Forms = {}): TensorInfo {
    const output = this.makeTensorInfo([...shape], "float32");
    for (const { dataId } of inputs) {
      const wanted = this.#wanted.get(dataId);
      if (wanted) wanted.times += 1;
      else this.#wanted.set(dataId, { times: 1, givenUp: false });
    }
    this.#deferred.set(output.dataId, { inputs, compute: () => compute(output), forms });
    return output;
  }

  /** What a tensor will be computed from, as long as its values were not requested. */
  formsOf({ dataId }: TensorInfo): Forms {
    return this.#deferred.get(dataId)?.forms ?? {};
  }

  /** Whether a deferred tensor needs this one, which must not change until then. */
  isWanted(dataId: object): boolean {
    return this.#wanted.has(dataId);
  }

  #materialize(dataId: object): void {
    const deferred = this.#deferred.get(dataId);
    if (!deferred) return;
    this.#deferred.delete(dataId);
    deferred.compute();
    this.#releaseInputs(deferred.inputs);
  }

  #releaseInputs(inputs: readonly TensorInfo[]): void {
    for (const { dataId } of inputs) {
      const wanted = this.#wanted.get(dataId);
      if (!wanted || --wanted.times > 0) continue;
      this.#wanted.delete(dataId);
      if (wanted.givenUp) this.disposeData(dataId);
    }
  }

  override disposeData(dataId: object, force = false): boolean {
    const wanted = this.#wanted.get(dataId);
    if (wanted && (force || this.refCount(dataId) === 1)) {
      wanted.givenUp = true;
      return true;
    }
    const gone = super.disposeData(dataId, force);
    const deferred = gone ? this.#deferred.get(dataId) : undefined;
    if (deferred) {
      this.#deferred.delete(dataId);
      this.#releaseInputs(deferred.inputs);
    }
    return gone;
  }

  /** Gives a tensor its buffer. Equal single numbers share a buffer; TensorFlow.js creates many such tensors. */
  override uploadToGPU(dataId: object): void {
    const tensor = this.tensorMap.get(dataId);
    if (tensor.resource != null) return;
    this.#materialize(dataId);
    const { values, dtype } = tensor;
    if (tensor.resource != null || values == null || values.length === 0) return super.uploadToGPU(dataId);
    const Type = dtype === "float32" ? Float32Array : Int32Array;
    const array = values instanceof Type ? values : Type.from(values as Iterable<number>);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const key = array.length === 1 ? `${array.constructor.name} ${Object.is(array[0], -0) ? "-0" : array[0]}` : "";
    let buffer = key === "" ? undefined : this.#constants.get(key);
    const isKnown = buffer !== undefined;
    buffer ??= this.bufferManager.acquireBuffer(array.byteLength, usage);
    if (!isKnown) {
      this.#programs.submit(); // earlier programs may still read what was in this buffer
      for (let at = 0; at < array.length; at += WRITTEN_AT_ONCE) {
        if (at > 0) this.queue.submit([]); // releases the staging copy of the previous piece
        this.queue.writeBuffer(buffer, 4 * at, array, at, Math.min(WRITTEN_AT_ONCE, array.length - at));
      }
    }
    if (key !== "" && (isKnown || this.#constants.size < MOST_CONSTANTS)) {
      this.#constants.set(key, buffer);
      tensor.external = true; // not to be released with this tensor
    }
    tensor.resource = buffer;
    tensor.values = null as never; // as TensorFlow.js does: the values are on the GPU
  }

  override async read(dataId: object): Promise<Awaited<ReturnType<WebGPUBackend["read"]>>> {
    if (this.#failure) throw this.#failure;
    this.#materialize(dataId);
    // Not Promise.race: with a promise that lives as long as the backend, it would retain the result of every read.
    return await new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      super
        .read(dataId)
        .then(resolve, (error: unknown) => reject(this.#failure ?? error)) // a lost device is first noticed by the read that fails
        .finally(() => this.#waiting.delete(reject));
    });
  }

  /** TensorFlow.js computes with small tensors without a buffer on the CPU; but a deferred tensor has no values there either. */
  override shouldExecuteOnCPU(inputs: TensorInfo[], sizeThreshold?: number): boolean {
    for (const { dataId } of inputs) this.#materialize(dataId);
    return super.shouldExecuteOnCPU(inputs, sizeThreshold);
  }

  override readSync(dataId: object): ReturnType<WebGPUBackend["readSync"]> {
    this.#materialize(dataId);
    if (typeof OffscreenCanvas !== "undefined" || this.tensorMap.get(dataId).values != null) return super.readSync(dataId);
    throw new Error("backend webgpu: dataSync() does not exist here. Use await tensor.data().");
  }

  override runWebGPUProgram(
    program: WebGPUProgram,
    inputs: TensorInfo[],
    dtype: DataType,
    uniforms?: ProgramUniforms,
    output?: TensorInfo,
  ): TensorInfo {
    if (this.#failure) throw this.#failure;
    const { shaderKey, outputShape, macs } = program;
    this.#profiled?.push({ program: shaderKey, outputShape, macs, bytes: bytesOf([outputShape, ...inputs.map(({ shape }) => shape)]) });
    const bytes = bytesOf([outputShape]);
    const largest = largestTensor(this.device.limits);
    if (bytes > largest) {
      throw new OutOfMemoryError(`a tensor of ${sizeText(bytes)} is more than this GPU's limit of ${sizeText(largest)}.`);
    }
    try {
      return this.#programs.run(program, inputs, dtype, uniforms, output, () =>
        super.runWebGPUProgram(program, inputs, dtype, uniforms, output),
      );
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // a buffer that cannot be mapped at creation
      throw new OutOfMemoryError(`the GPU has no room for a tensor (${error.message}).`, { cause: error });
    }
  }

  /** Starts a custom WGSL program. */
  runOwnProgram(program: OwnProgram): void {
    if (this.#failure) throw this.#failure;
    const shapes = program.tensors.map(({ shape }) => shape);
    this.#profiled?.push({ program: program.key, outputShape: shapes[0] ?? [], bytes: bytesOf(shapes) });
    this.#programs.runOwn(program);
  }

  /**
   * Times each program that `run` starts, by the device's own clock, one after the other.
   * @throws UserError if the device has no clock (the feature `timestamp-query`)
   */
  async profile(run: () => void): Promise<ProgramTime[]> {
    if (!this.device.features.has("timestamp-query"))
      throw new UserError("backend webgpu: this GPU has no timestamps, so it cannot be profiled. Measure without a profile.");
    const started: Omit<ProgramTime, "milliseconds">[] = [];
    this.#profiled = started;
    try {
      const { getExtraProfileInfo } = await this.time(run);
      const times = (getExtraProfileInfo?.() ?? "").split(", ").map((line) => Number(line.split(": ").at(-1)));
      return started.map((program, i) => ({ ...program, milliseconds: times[i] ?? Number.NaN }));
    } finally {
      this.#profiled = undefined;
    }
  }

  override dispose(): void {
    super.dispose();
    this.device.destroy();
  }
}

function lost(message: string): UserError {
  return new UserError(
    `backend webgpu: the GPU was lost${message ? ` (${message.split("\n")[0]})` : ""}. Its driver was reset, or it was unplugged or put to sleep; ` +
      "resume from the last checkpoint.",
  );
}
