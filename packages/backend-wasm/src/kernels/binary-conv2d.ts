import type * as tf from "@benn/core/tensorflow";
import type { WasmBackend } from "../backend.ts";
import { bitsOf } from "../bits-of.ts";
import { Block } from "../block.ts";
import { Formula } from "../formula.ts";
import { type Geometry, withGeometry } from "../geometry.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";
import { grainOf } from "../grain-of.ts";
import { type PackedGradient, packExact, packQuantized } from "../pack-gradient.ts";

type TensorInfo = tf.TensorInfo;
type Four = [number, number, number, number];

interface BinaryConv2DAttributes {
  readonly strides: [number, number];
  readonly pad: [top: number, bottom: number, left: number, right: number];
  readonly scale?: number;
  readonly relu?: number;
  readonly seed?: number;
}

function layerOf(x: TensorInfo, kernel: TensorInfo, { strides: [sh, sw], pad: [top, bottom, left, right] }: BinaryConv2DAttributes) {
  const [batch, h, w, c] = x.shape as Four;
  const [kh, kw, , f] = kernel.shape as Four;
  const oh = Math.floor((h + top + bottom - kh) / sh) + 1;
  const ow = Math.floor((w + left + right - kw) / sw) + 1;
  const geometry: Geometry = {
    batch,
    height: h,
    width: w,
    channels: c,
    kernelHeight: kh,
    kernelWidth: kw,
    filters: f,
    outHeight: oh,
    outWidth: ow,
    strideHeight: sh,
    strideWidth: sw,
    top,
    left,
  };
  return { geometry, batch, h, w, c, kh, kw, f, oh, ow, sw, taps: kh * kw, rows: kh * kw * c, pixels: oh * ow };
}
type Layer = ReturnType<typeof layerOf>;

const binaryConv2d: WasmKernel<{ x: TensorInfo; kernel: TensorInfo; bias?: TensorInfo }, BinaryConv2DAttributes> = ({
  inputs,
  attrs,
  backend,
}) => {
  const { x, kernel, bias } = inputs;
  const g = layerOf(x, kernel, attrs);
  const { batch, c, kh, kw, f, taps, rows, pixels } = g;
  const { wasm } = backend;
  const bits = bitsOf(backend, backend.formula(x), c);
  const y = backend.makeFloats([batch, g.oh, g.ow, f]);
  const [kernels, ys, biases] = [backend.address(kernel), backend.address(y), bias ? backend.address(bias) : 0];
  backend.withScratch(wasm.packedFilters(f, taps, c), (packed) => {
    backend.run("packFilters", { total: Math.ceil(f / 4), grain: 4 }, kernels, taps, c, f, attrs.scale ?? 1, biases, packed);
    const work = { macs: batch * pixels * rows * f, bytes: (batch * pixels * rows) / 8 + 4 * batch * pixels * f };
    const least = Math.ceil(1e6 / (rows * f));
    const relu = attrs.relu ?? 0;
    const [signs, valid] = [bits.signs.address, bits.valid?.address ?? 0];
    withGeometry(backend, g.geometry, (window) => {
      if (!valid && g.ow > 0 && wasm.convolvesRows(kw, c)) {
        const total = batch * g.oh;
        const scratch = wasm.binaryConvRowsScratch(kh, kw, c, f, g.ow, g.sw);
        const cut = { total, grain: grainOf(total, Math.ceil(least / g.ow)), scratch, work };
        backend.run("binaryConvRows", cut, window, signs, packed, ys, relu);
        return;
      }
      const total = batch * pixels;
      const cut = { total, grain: grainOf(total, least, 32), scratch: wasm.binaryConvScratch(taps, c, f), work };
      backend.run("binaryConv2d", cut, window, signs, valid, packed, ys, relu);
    });
  });
  return y;
};

type GradInputs = { readonly dy: TensorInfo; readonly x: TensorInfo; readonly kernel: TensorInfo; readonly y?: TensorInfo };

const binaryConv2dGrad: WasmKernel<GradInputs, BinaryConv2DAttributes> = ({ inputs: { dy, x, kernel, y }, attrs, backend }) => {
  const g = layerOf(x, kernel, attrs);
  const { scale = 1, seed = 0 } = attrs;
  const dKernel = backend.makeFloats(kernel.shape);
  const dBias = backend.makeFloats([g.f]);
  const passed =
    attrs.relu && y ? new Formula("passNonzero", { inputs: [backend.formula(dy), backend.formula(y)] }) : backend.formula(dy).hold();
  const given = { g, passed, seed, scale, kernel: backend.address(kernel), dBias: backend.address(dBias) };
  const packed = backend.gradients === "int16" ? packQuantized(backend, given) : packExact(backend, given);
  passed.release();
  // Released together with dx, which is computed on demand.
  const held = packed.blocks.map((block) => new Formula("load", { length: 0, block }));
  try {
    kernelGrad(backend, g, bitsOf(backend, backend.formula(x), g.c), packed, dKernel);
    const make = (sum: number, unit: number): Block => {
      const dx = new Block(backend.tensors, 4 * g.batch * g.h * g.w * g.c);
      try {
        inputGrad(backend, g, given.kernel, packed, dx.address, sum, unit);
      } catch (error) {
        dx.release();
        throw error;
      }
      return dx;
    };
    const inputs = [...held, backend.formula(kernel)];
    const dx = new Formula("whole", {
      length: g.batch * g.h * g.w * g.c,
      inputs,
      compute: () => make(0, 0),
      forms: { sumWithPassed: make },
    });
    return [backend.defer(x.shape, dx), dKernel, dBias];
  } finally {
    for (const formula of held) formula.release();
  }
};

/**
 * Number of rows of dy per table, of `things` in all: the cheapest. Making an entry costs about half as much again as adding one; each of
 * `rows` adds one entry of each table, and loads and stores its sum, which costs two, for every four tables.
 */
function groupSize(things: number, rows: number, signs: 2 | 3): number {
  const cost = (group: number): number => {
    const tables = Math.ceil(things / group);
    return 1.5 * tables * signs ** group + rows * (tables + 2 * Math.ceil(tables / 4));
  };
  return (signs === 3 ? [2, 3, 4] : [3, 4, 5, 6]).reduce((best, group) => (cost(group) < cost(best) ? group : best));
}

function kernelGrad(backend: WasmBackend, g: Layer, bits: ReturnType<typeof bitsOf>, dy: PackedGradient, dKernel: TensorInfo): void {
  const { batch, h, w, c, f, rows, pixels } = g;
  const { wasm } = backend;
  const three = bits.valid ? 1 : 0;
  const group = groupSize(batch, rows, bits.valid ? 3 : 2);
  const planes = Math.ceil(f / dy.lanes);
  const splits = Math.min(Math.ceil(24 / planes), pixels);
  const out = backend.address(dKernel);
  const codeBytes = 4 * wasm.chunksOf(batch, group) * h * w * ((c + 15) & ~15);
  backend.withScratch(codeBytes, (codes) => {
    const valid = bits.valid?.address ?? 0;
    backend.run("imageCodes", { total: h * w, grain: grainOf(h * w, 4) }, bits.signs.address, valid, batch, h * w, c, group, codes);
    backend.withScratch(4 * dy.lanes * rows * planes * splits, (partials) => {
      const isExact = dy.lanes === 16;
      const scratch = isExact ? wasm.kernelGradScratch(group, three) : wasm.quantizedKernelScratch(group, three, rows);
      const work = { macs: batch * pixels * rows * f, bytes: (64 / dy.lanes) * batch * pixels * f };
      const cut = { total: planes * splits, grain: 1, scratch, work };
      const name = isExact ? "binaryKernelGrad" : "quantizedKernelGrad";
      withGeometry(backend, g.geometry, (window) => backend.run(name, cut, window, dy.forKernel, codes, partials, group, three, splits));
      const sums = [partials, rows, f, splits, dy.kernelFactor, Math.log2(dy.lanes)] as const;
      backend.run("addKernelPartials", { total: rows, grain: grainOf(rows, 64) }, ...sums, out);
    });
  });
}

/** dx is an address; for `sum` and `unit` see `Forms.sumWithPassed`, 0 if absent. */
function inputGrad(backend: WasmBackend, g: Layer, kernel: number, dy: PackedGradient, dx: number, sum: number, unit: number): void {
  const { batch, h, w, c, kh, f, rows, pixels } = g;
  const { wasm } = backend;
  const group = groupSize(f, rows, 2);
  const blocks = Math.ceil(batch / dy.lanes);
  // Enough units for many threads, as long as each still has many rows per table.
  const splits = rows >= 1024 ? Math.min(Math.ceil(16 / blocks), Math.ceil(c / 16)) : 1;
  const channels = Math.ceil(c / splits);
  backend.withScratch(4 * rows * wasm.chunksOf(f, group), (codes) => {
    backend.run("kernelCodes", { total: rows, grain: grainOf(rows, 64) }, kernel, rows, f, group, codes);
    const isExact = dy.lanes === 16;
    const scratch = isExact ? wasm.inputGradScratch(f, group, kh, w, channels) : wasm.quantizedInputScratch(group, kh, w, channels);
    const work = { macs: batch * pixels * rows * f, bytes: (64 / dy.lanes) * batch * pixels * f + 4 * batch * h * w * c };
    const cut = { total: blocks * splits, grain: 1, scratch, work };
    const name = isExact ? "binaryInputGrad" : "quantizedInputGrad";
    withGeometry(backend, g.geometry, (window) =>
      backend.run(name, cut, window, dy.forInput, codes, dy.inputFactor, dx, group, splits, sum, unit),
    );
  });
}

export const binaryConv2dKernels: KernelTable = { BinaryConv2D: binaryConv2d, BinaryConv2DGrad: binaryConv2dGrad };
