import type * as tf from "@tensorflow/tfjs";
import type { WasmBackend } from "../backend.ts";
import { bitsOf } from "../bits-of.ts";
import { Block } from "../block.ts";
import { Formula } from "../formula.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";
import { grainOf } from "../grain-of.ts";
import { withProgram } from "../program.ts";

type Info = tf.TensorInfo;
type Four = [number, number, number, number];

interface Attributes {
  readonly strides: [number, number];
  readonly pad: [top: number, bottom: number, left: number, right: number];
  readonly scale?: number;
  readonly relu?: number;
}

function geometry(x: Info, kernel: Info, { strides: [sh, sw], pad: [top, bottom, left, right] }: Attributes) {
  const [batch, h, w, c] = x.shape as Four;
  const [kh, kw, , f] = kernel.shape as Four;
  const oh = Math.floor((h + top + bottom - kh) / sh) + 1;
  const ow = Math.floor((w + left + right - kw) / sw) + 1;
  return { batch, h, w, c, kh, kw, f, oh, ow, sh, sw, top, left, taps: kh * kw, rows: kh * kw * c, pixels: oh * ow };
}
type Geometry = ReturnType<typeof geometry>;

/** In the order that kernels take them. */
const windowOf = ({ oh, ow, sh, sw, top, left }: Geometry) => [oh, ow, sh, sw, top, left];

const binaryConv2d: WasmKernel<{ x: Info; kernel: Info; bias?: Info }, Attributes> = ({ inputs, attrs, backend }) => {
  const { x, kernel, bias } = inputs;
  const g = geometry(x, kernel, attrs);
  const { batch, h, w, c, kh, kw, f, taps, rows, pixels } = g;
  const { wasm } = backend;
  const bits = bitsOf(backend, backend.formula(x), c);
  const y = backend.makeFloats([batch, g.oh, g.ow, f]);
  const [kernels, ys, biases] = [backend.address(kernel), backend.address(y), bias ? backend.address(bias) : 0];
  backend.withScratch(wasm.packedFilters(f, taps, c), (packed) => {
    backend.run("packFilters", { total: Math.ceil(f / 4), grain: 4 }, kernels, taps, c, f, attrs.scale ?? 1, biases, packed);
    const total = batch * pixels;
    const work = { macs: total * rows * f, bytes: (total * rows) / 8 + 4 * total * f };
    const cut = { total, grain: grainOf(total, Math.ceil(1e6 / (rows * f)) * 2, 2), scratch: wasm.binaryConvScratch(taps, c, f), work };
    const valid = bits.valid?.address ?? 0;
    backend.run("binaryConv2d", cut, bits.signs.address, valid, h, w, c, packed, kh, kw, f, ys, ...windowOf(g), attrs.relu ?? 0);
  });
  return y;
};

type GradInputs = { readonly dy: Info; readonly x: Info; readonly kernel: Info; readonly y?: Info };

const binaryConv2dGrad: WasmKernel<GradInputs, Attributes> = ({ inputs: { dy, x, kernel, y }, attrs, backend }) => {
  const g = geometry(x, kernel, attrs);
  const { batch, f, pixels } = g;
  const { wasm } = backend;
  const dKernel = backend.makeFloats(kernel.shape);
  const dBias = backend.makeFloats([f]);
  const passed =
    attrs.relu && y ? new Formula("passNonzero", { operands: [backend.formula(dy), backend.formula(y)] }) : backend.formula(dy).hold();
  let packed: Block | undefined;
  try {
    packed = new Block(backend.tensors, 4 * wasm.packedGradient(batch, pixels, f));
    const { address } = packed;
    withProgram(backend, [passed], f, (program) => {
      const count = batch * pixels * f;
      const total = Math.ceil(count / program.block);
      const grain = grainOf(total, 16);
      const chunks = Math.ceil(total / grain);
      backend.withScratch(8 * program.length * Math.max(1, chunks), (partials) => {
        const cut = { total, grain, scratch: program.scratch, work: { bytes: 8 * count } };
        backend.run("packGradient", cut, program.address, batch, pixels, f, program.length, address, grain, partials);
        wasm.finishSums(partials, chunks, program.length, f, 1, backend.address(dBias));
      });
    });
    kernelGrad(backend, g, bitsOf(backend, backend.formula(x), g.c), address, attrs.scale ?? 1, dKernel);
    const dx = backend.makeFloats(x.shape);
    inputGrad(backend, g, backend.address(kernel), address, attrs.scale ?? 1, dx);
    return [dx, dKernel, dBias];
  } finally {
    packed?.release();
    passed.release();
  }
};

/**
 * How many rows of dy to a table, of `things` in all: the cheapest, where making an entry costs about half as much again as
 * adding one, each of `rows` adds one entry of each table, and loads and stores its sum, worth two, for every four tables.
 */
function groupSize(things: number, rows: number, signs: 2 | 3): number {
  const cost = (group: number): number => {
    const tables = Math.ceil(things / group);
    return 1.5 * tables * signs ** group + rows * (tables + 2 * Math.ceil(tables / 4));
  };
  return (signs === 3 ? [2, 3, 4] : [3, 4, 5, 6]).reduce((best, group) => (cost(group) < cost(best) ? group : best));
}

function kernelGrad(backend: WasmBackend, g: Geometry, bits: ReturnType<typeof bitsOf>, dy: number, scale: number, dKernel: Info): void {
  const { batch, h, w, c, kh, kw, f, rows, pixels } = g;
  const { wasm } = backend;
  const three = bits.valid ? 1 : 0;
  const group = groupSize(batch, rows, bits.valid ? 3 : 2);
  const planes = Math.ceil(f / 16);
  const splits = Math.min(Math.ceil(24 / planes), pixels);
  const out = backend.address(dKernel);
  const codeBytes = 4 * wasm.chunksOf(batch, group) * h * w * ((c + 15) & ~15);
  backend.withScratch(codeBytes, (codes) => {
    const valid = bits.valid?.address ?? 0;
    backend.run("imageCodes", { total: h * w, grain: grainOf(h * w, 4) }, bits.signs.address, valid, batch, h * w, c, group, codes);
    backend.withScratch(64 * rows * planes * splits, (partials) => {
      const scratch = wasm.kernelGradScratch(group, three);
      const work = { macs: batch * pixels * rows * f, bytes: 4 * batch * pixels * f };
      const shape = [h, w, c, kh, kw, ...windowOf(g)];
      backend.run(
        "binaryKernelGrad",
        { total: planes * splits, grain: 1, scratch, work },
        dy,
        f,
        batch,
        codes,
        partials,
        ...shape,
        group,
        three,
        splits,
      );
      backend.run("addKernelPartials", { total: rows, grain: grainOf(rows, 64) }, partials, rows, f, splits, scale, out);
    });
  });
}

function inputGrad(backend: WasmBackend, g: Geometry, kernel: number, dy: number, scale: number, dx: Info): void {
  const { batch, h, w, c, kh, kw, f, rows, pixels } = g;
  const { wasm } = backend;
  const group = groupSize(f, rows, 2);
  const images = Math.ceil(batch / 16);
  // Enough units for many threads, as long as each still has many rows for its tables.
  const splits = rows >= 1024 ? Math.min(Math.ceil(16 / images), Math.ceil(c / 16)) : 1;
  const out = backend.address(dx);
  backend.withScratch(4 * rows * wasm.chunksOf(f, group), (codes) =>
    backend.withScratch(4 * f, (factor) => {
      backend.run("kernelCodes", { total: rows, grain: grainOf(rows, 64) }, kernel, rows, f, group, codes);
      wasm.magnitudes(kernel, f, scale, factor);
      const scratch = wasm.inputGradScratch(f, group, kh, w, Math.ceil(c / splits));
      const work = { macs: batch * pixels * rows * f, bytes: 4 * batch * (pixels * f + h * w * c) };
      const shape = [h, w, c, kh, kw, ...windowOf(g)];
      backend.run(
        "binaryInputGrad",
        { total: images * splits, grain: 1, scratch, work },
        dy,
        f,
        batch,
        codes,
        factor,
        out,
        ...shape,
        group,
        splits,
      );
    }),
  );
}

export const binaryConv2dKernels: KernelTable = { BinaryConv2D: binaryConv2d, BinaryConv2DGrad: binaryConv2dGrad };
