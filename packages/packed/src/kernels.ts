import { kernelsBase64, RELAXED_AT } from "./kernels-base64.ts";
import { PackedError } from "./packed-error.ts";

export type Kernel<Arguments extends readonly unknown[], Result = void> = (...values: Arguments) => Result;
/** Input address, height, width, channels. */
type Map = [x: number, h: number, w: number, c: number];
type Window = [kh: number, kw: number, oh: number, ow: number, sh: number, sw: number, top: number, left: number];
type ConvWindow = [kh: number, kw: number, f: number, oh: number, ow: number, sh: number, sw: number, top: number, left: number];

/** The compiled kernels; `assembly/*.ts` describes each. All addresses and sizes are in bytes of their one memory. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  readonly binaryConvBits: Kernel<
    [...Map, kernel: number, ...ConvWindow, tables: number, classes: number, flips: number, y: number, rows: number, vectors: number]
  >;
  readonly binaryConvFloats: Kernel<
    [
      ...Map,
      kernel: number,
      ...ConvWindow,
      tables: number,
      classes: number,
      scale: number,
      bias: number,
      mode: number,
      y: number,
      rows: number,
      vectors: number,
    ]
  >;
  readonly tableConv: Kernel<
    [
      ...Map,
      kernel: number,
      ...ConvWindow,
      merged: number,
      counts: number,
      tables: number,
      classes: number,
      flips: number,
      scale: number,
      bias: number,
      mode: number,
      y: number,
      scratch: number,
    ]
  >;
  readonly imageConvBits: Kernel<
    [
      framed: number,
      columns: number,
      h: number,
      w: number,
      c: number,
      integers: number,
      ...ConvWindow,
      bands: number,
      classes: number,
      floats: number,
      kernel: number,
      block: number,
      thresholds: number,
      flips: number,
      y: number,
      patch: number,
    ],
    number
  >;
  readonly frameImage: Kernel<[...Map, top: number, left: number, rows: number, columns: number, framed: number]>;
  readonly lookUp: Kernel<[bytes: number, pixels: number, c: number, table: number, floats: number]>;
  readonly realConv: Kernel<[...Map, kernel: number, ...ConvWindow, block: number, bias: number, relu: number, y: number, patch: number]>;
  readonly thresholdBits: Kernel<[x: number, pixels: number, c: number, thresholds: number, flips: number, y: number]>;
  readonly orPool: Kernel<[...Map, ...Window, flips: number, y: number]>;
  readonly maxPool: Kernel<[...Map, ...Window, y: number]>;
  readonly averagePool: Kernel<[...Map, ...Window, inside: number, y: number]>;
  readonly mean: Kernel<[x: number, pixels: number, c: number, y: number]>;
  readonly affine: Kernel<[x: number, pixels: number, c: number, mean: number, factor: number, offset: number, y: number]>;
  readonly multiplyVector: Kernel<[x: number, n: number, panel: number, panels: number, y: number]>;
  readonly relu: Kernel<[x: number, n: number, y: number]>;
  readonly add: Kernel<[a: number, b: number, n: number, y: number]>;
  readonly padChannels: Kernel<[x: number, pixels: number, c: number, before: number, to: number, y: number]>;
}

let compiled: Promise<readonly [WebAssembly.Module, WebAssembly.Module | undefined]> | undefined;

export function inflate(base64: string): Promise<ArrayBuffer> {
  const deflated = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer();
}

/** The kernels, and where the engine knows relaxed SIMD those that are faster with it. */
async function compile(): Promise<readonly [WebAssembly.Module, WebAssembly.Module | undefined]> {
  const both = await inflate(kernelsBase64);
  const relaxed = both.slice(RELAXED_AT);
  return Promise.all([
    WebAssembly.compile(both.slice(0, RELAXED_AT)),
    WebAssembly.validate(relaxed) ? WebAssembly.compile(relaxed) : Promise.resolve(undefined),
  ]);
}

/**
 * A new instance with a memory of its own.
 * @throws PackedError where WebAssembly SIMD is missing
 */
export async function createKernels(): Promise<Kernels> {
  compiled ??= compile();
  try {
    const [plain, relaxed] = await compiled;
    const kernels = (await WebAssembly.instantiate(plain, { env: { abort } })).exports as unknown as Kernels;
    if (!relaxed) return kernels;
    const { exports } = await WebAssembly.instantiate(relaxed, { env: { abort, memory: kernels.memory } });
    return { ...kernels, ...(exports as unknown as Pick<Kernels, "tableConv">) };
  } catch (cause) {
    throw new PackedError("packed: this JavaScript engine has no WebAssembly SIMD. Use a browser or runtime of 2023 or later.", { cause });
  }
}

export function abort(): never {
  throw new Error("packed: a kernel gave up");
}
