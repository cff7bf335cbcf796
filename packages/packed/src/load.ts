import { checkSum } from "./check-sum.ts";
import { choosePopcount, type KernelName, type Popcount, popcountOf } from "./choose-popcount.ts";
import { type CompiledModules, createKernels } from "./kernels.ts";
import { PackedModel } from "./packed-model.ts";
import { createPrepare } from "./prepare-image.ts";
import { type LoadProgress, readBytes } from "./read-bytes.ts";
import { readModel } from "./read-model.ts";

export interface LoadOptions {
  /**
   * How bits are counted: the popcount of 64-bit words, that of vectors, table lookup, or whichever a trial of about ten milliseconds finds
   * fastest.
   */
  readonly kernel?: "auto" | KernelName;
  /** Modules that were compiled beforehand: for edge runtimes, and pages whose policy forbids compiling. */
  readonly wasm?: CompiledModules;
  /** Called as bytes arrive. */
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
  /** Maximum number of bytes of the file, and then of the running model. Default 1 GiB. */
  readonly maxMemory?: number;
  /** Milliseconds after which a silent server is given up. Default 30,000. */
  readonly timeout?: number;
}

let trial: Promise<Popcount> | undefined;

/**
 * Loads a .benn file from its bytes, a URL, or in Node, Deno and Bun a path.
 *
 *     const model = await load("model.benn");
 *     model.predict(image).label;
 *
 * @throws PackedError for a file that cannot be read, is damaged, or needs too much memory
 */
export async function load(source: string | URL | Uint8Array | ArrayBuffer, options: LoadOptions = {}): Promise<PackedModel> {
  const { kernel = "auto", maxMemory = 2 ** 30, wasm } = options;
  const isBytes = source instanceof Uint8Array || source instanceof ArrayBuffer;
  const name = isBytes ? "model" : String(source).slice(0, 200);
  const bytes = isBytes ? asBytes(source) : await readBytes(source, { ...options, maxBytes: maxMemory });
  const model = readModel(bytes, name);
  await checkSum(model.file, name);
  trial ??= createKernels(wasm).then(choosePopcount);
  const popcount = kernel === "auto" ? await trial : popcountOf(kernel);
  const kernels = await createKernels(wasm);
  return new PackedModel(model, {
    kernels,
    popcount,
    planes: model.hasCodes ? await (await import("./planes/index.ts")).openPlanes(kernels.memory, wasm?.planes) : undefined,
    prepare: await createPrepare(model.preparation, { maxMemory, name, wasm }),
    maxMemory,
    name,
  });
}

/** A view, not a copy. */
function asBytes(source: Uint8Array | ArrayBuffer): Uint8Array {
  return source instanceof Uint8Array ? source : new Uint8Array(source);
}
