import { OutOfMemoryError, UserError } from "@benn/core";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { DataType, TensorInfo } from "@tensorflow/tfjs";
import { largestTensor } from "./adapter.ts";

export type WebGPUProgram = Parameters<WebGPUBackend["runWebGPUProgram"]>[0];
type ProgramUniforms = Parameters<WebGPUBackend["runWebGPUProgram"]>[3];

/**
 * TensorFlow.js's WebGPU backend, which learns of a lost device and of full memory. WebGPU tells of both by promises and
 * events that nobody there waits for; here whoever reads a tensor or starts a program gets the error, and nobody hangs.
 */
export class GuardedBackend extends WebGPUBackend {
  #failure: Error | undefined;
  readonly #waiting = new Set<(error: Error) => void>();

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info);
    void device.lost.then(({ message }) => this.#fail(lost(message)));
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault(); // do not print it: it is thrown
      this.#fail(this.#errorOf(event.error));
    });
  }

  /** Why nothing can be computed any more. A backend that failed is to be replaced. */
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
    return new OutOfMemoryError(`the GPU's memory is full, with ${this.memory().numBytesAllocatedInGPU >> 20} MiB in tensors (${line}).`);
  }

  override async read(dataId: object): Promise<Awaited<ReturnType<WebGPUBackend["read"]>>> {
    if (this.#failure) throw this.#failure;
    // Not Promise.race: with a promise that lives as long as the backend it would keep every read's result.
    return await new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      super
        .read(dataId)
        .then(resolve, (error: unknown) => reject(this.#failure ?? error)) // a lost device is told first by the read that fails
        .finally(() => this.#waiting.delete(reject));
    });
  }

  override readSync(dataId: object): ReturnType<WebGPUBackend["readSync"]> {
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
    const bytes = 4 * program.outputShape.reduce((product, n) => product * n, 1);
    const largest = largestTensor(this.device.limits);
    if (bytes > largest) {
      throw new OutOfMemoryError(`a tensor of ${Math.ceil(bytes / 2 ** 20)} MiB is more than this GPU's limit of ${largest >> 20} MiB.`);
    }
    try {
      return super.runWebGPUProgram(program, inputs, dtype, uniforms, output);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // a buffer that cannot be mapped at its creation
      throw new OutOfMemoryError(`the GPU has no room for a tensor (${error.message}).`, { cause: error });
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
      "go on from the last checkpoint.",
  );
}
