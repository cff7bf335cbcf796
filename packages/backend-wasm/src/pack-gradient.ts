import type { WasmBackend } from "./backend.ts";
import { Block } from "./block.ts";
import type { Formula } from "./formula.ts";
import { grainOf } from "./grain-of.ts";
import { withProgram } from "./program.ts";

/** dy in the layout of the table kernels, and the factors of their sums. */
export interface PackedGradient {
  /** Filters, or images, in a row of 64 bytes: 16 float32, 32 int16. */
  readonly lanes: 16 | 32;
  readonly forKernel: number;
  readonly forInput: number;
  /** Address of one factor per filter. */
  readonly kernelFactor: number;
  /** Address of one factor per filter (16 lanes) or image (32). */
  readonly inputFactor: number;
  /** The caller releases them. */
  readonly blocks: readonly Block[];
}

interface Given {
  readonly g: { readonly batch: number; readonly pixels: number; readonly f: number };
  /** dy [batch, pixels, f], with 0 where the ReLU passes no gradient. */
  readonly passed: Formula;
  readonly seed: number;
  /** Factor of all products. */
  readonly scale: number;
  /** Addresses. */
  readonly kernel: number;
  readonly dBias: number;
}

/** Packs dy once for both gradients, and writes the bias's gradient. */
export function packExact(backend: WasmBackend, { g: { batch, pixels, f }, passed, scale, kernel, dBias }: Given): PackedGradient {
  const { wasm, tensors } = backend;
  const blocks: Block[] = [];
  return releasedOnError(blocks, () => {
    const [factors, packed] = take(backend, blocks, 8 * f + 32, 4 * wasm.packedGradient(batch, pixels, f));
    const kernelFactor = factors + 4 * f + 16;
    wasm.magnitudes(kernel, f, scale, factors);
    tensors.floats(kernelFactor, f).fill(scale);
    pack(backend, { batch, pixels, f, passed, dBias, packed });
    return { lanes: 16, forKernel: packed, forInput: packed, kernelFactor, inputFactor: factors, blocks };
  });
}

/**
 * The same, rounded stochastically to integers from −1023 to 1023: for the kernel's gradient with a scale per filter, for the input's,
 * multiplied by the filters' magnitudes, with a scale per image. Values are rounded up with the probability of their fraction, to 12 bits,
 * so that the gradients' expectation is that of `packExact`; the random bits derive from `seed` and the element's index.
 * @see Zhou et al., "DoReFa-Net", 2016, section 2.5 (random rounding, a scale for each image)
 * @see Banner et al., "Scalable Methods for 8-bit Training of Neural Networks", 2018, section 3 (dy rounded twice)
 */
export function packQuantized(
  backend: WasmBackend,
  { g: { batch, pixels, f }, passed, seed, scale, kernel, dBias }: Given,
): PackedGradient {
  const { wasm, tensors } = backend;
  const blocks: Block[] = [];
  return releasedOnError(blocks, () => {
    const [filters, images] = [Math.ceil(f / 32) * 32, Math.ceil(batch / 32) * 32];
    const [scales, forKernel, forInput] = take(
      backend,
      blocks,
      4 * (3 * filters + 2 * images),
      wasm.quantizedForKernel(batch, pixels, f),
      wasm.quantizedForInput(batch, pixels, f),
    );
    tensors.floats(scales, 3 * filters + 2 * images).fill(0);
    const [factors, filterInverse, filterScale] = [scales, scales + 4 * filters, scales + 8 * filters];
    const imageInverse = scales + 12 * filters;
    const imageScale = imageInverse + 4 * images;
    wasm.magnitudes(kernel, f, scale, factors);
    backend.withScratch(4 * wasm.packedGradient(batch, pixels, f), (packed) => {
      backend.withScratch(4 * batch * pixels, (pixelMax) => {
        pack(backend, { batch, pixels, f, passed, dBias, packed, maxima: { factors, pixelMax } }, (filterMax, chunks, length) => {
          const most = [filterMax, chunks, length, f, scale, pixelMax, batch, pixels] as const;
          wasm.quantizationScales(...most, filterInverse, filterScale, imageInverse, imageScale);
        });
      });
      const cut = { total: pixels, grain: grainOf(pixels, 1), work: { bytes: 8 * batch * pixels * f } };
      const to = [filterInverse, imageInverse, forKernel, forInput] as const;
      backend.run("quantizeGradient", cut, packed, batch, pixels, f, seed, factors, ...to);
    });
    return { lanes: 32, forKernel, forInput, kernelFactor: filterScale, inputFactor: imageScale, blocks };
  });
}

interface Packing extends Pick<Given, "passed" | "dBias"> {
  readonly batch: number;
  readonly pixels: number;
  readonly f: number;
  readonly packed: number;
  readonly maxima?: { readonly factors: number; readonly pixelMax: number };
}

function pack(
  backend: WasmBackend,
  { batch, pixels, f, passed, dBias, packed, maxima }: Packing,
  useMaxima: (filterMax: number, chunks: number, length: number) => void = () => {},
): void {
  const count = batch * pixels * f;
  // Gradients that pass through a batch norm sum to 0 in each channel.
  const isCentred = passed.operation === "normalizeGrad" && passed.channels === f;
  const { wasm } = backend;
  withProgram(backend, [passed], f, ({ address, length, registers }) => {
    const total = wasm.packUnits(batch, pixels, f, length);
    const grain = grainOf(total, Math.ceil((8192 * total) / count));
    const chunks = Math.max(1, Math.ceil(total / grain));
    backend.withScratch(8 * length * chunks, (partials) => {
      backend.withScratch(maxima ? 4 * length * chunks : 4, (filterMax) => {
        const cut = { total, grain, scratch: wasm.packScratch(registers, length), work: { bytes: 8 * count } };
        const most = maxima ? ([maxima.factors, filterMax, maxima.pixelMax] as const) : ([0, 0, 0] as const);
        backend.run("packGradient", cut, address, registers, batch, pixels, f, length, packed, grain, isCentred ? 0 : partials, ...most);
        wasm.finishSums(partials, isCentred || total === 0 ? 0 : chunks, length, f, 1, dBias);
        useMaxima(filterMax, total > 0 ? chunks : 0, length);
      });
    });
  });
}

/** Allocates blocks of these sizes and returns their addresses. */
function take<const Bytes extends readonly number[]>(
  backend: WasmBackend,
  blocks: Block[],
  ...bytes: Bytes
): { [K in keyof Bytes]: number } {
  return bytes.map((count) => {
    const block = new Block(backend.tensors, count);
    blocks.push(block);
    return block.address;
  }) as { [K in keyof Bytes]: number };
}

function releasedOnError<T>(blocks: readonly Block[], make: () => T): T {
  try {
    return make();
  } catch (error) {
    for (const block of blocks) block.release();
    throw error;
  }
}
