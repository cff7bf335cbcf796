import * as tf from "@benn/core/tensorflow";
import { grainOf } from "../grain-of.ts";
import { isLearning } from "../is-learning.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

type TensorInfo = tf.TensorInfo;
type Inputs = { a: TensorInfo; b: TensorInfo };
type MatMulAttributes = { transposeA: boolean; transposeB: boolean };

const batchMatMul: WasmKernel<Inputs, MatMulAttributes> = ({ inputs: { a, b }, attrs: { transposeA, transposeB }, backend }) => {
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const n = transposeB ? rowsB : columnsB;
  const batch = a.shape.slice(0, -2);
  // Broadcast batches and mismatching shapes are left to the CPU backend to handle or refuse.
  const fits = k === (transposeB ? columnsB : rowsB) && batch.every((size, i) => size === b.shape[i]) && a.shape.length === b.shape.length;
  if (!fits || a.dtype !== "float32" || b.dtype !== "float32" || m * n * k === 0) return undefined;
  const y = backend.makeFloats([...batch, m, n]);
  const [as, bs, ys] = [backend.address(a), backend.address(b), backend.address(y)];
  const stridesA: [row: number, column: number] = transposeA ? [4, 4 * columnsA] : [4 * columnsA, 4];
  const stridesB: [row: number, column: number] = transposeB ? [4, 4 * columnsB] : [4 * columnsB, 4];
  const { wasm } = backend;
  backend.withScratch(wasm.matmulPacked(n, k), (packed) => {
    for (let i = 0; i < tf.util.sizeFromShape(batch); i++) {
      wasm.packMatrix(bs + 4 * i * k * n, ...stridesB, n, k, packed);
      const cut = {
        total: m,
        grain: grainOf(m, Math.ceil(500_000 / (n * k)), 64),
        scratch: wasm.matmulScratch(),
        work: { macs: m * n * k },
      };
      backend.run("matmul", cut, as + 4 * i * m * k, ...stridesA, packed, ys + 4 * i * m * n, n, k, Number(isLearning()));
    }
  });
  return y;
};

interface FusedMatMulAttributes extends MatMulAttributes {
  readonly activation?: string;
}

/** Product, then bias; activations are left to the CPU backend. */
const fusedMatMul: WasmKernel<Inputs & { bias?: TensorInfo }, FusedMatMulAttributes> = ({ inputs, attrs, backend }) => {
  if (attrs.activation && attrs.activation !== "linear" && attrs.activation !== "relu") return undefined;
  let y = batchMatMul({ inputs, attrs, backend }) as TensorInfo | undefined;
  if (!y) return undefined;
  const then = (kernel: string, more: Record<string, TensorInfo>) => {
    const next = tf.getKernel(kernel, tf.getBackend()).kernelFunc({ inputs: more, attrs: {}, backend }) as TensorInfo;
    backend.disposeData(y!.dataId);
    y = next;
  };
  if (inputs.bias) then(tf.Add, { a: y, b: inputs.bias });
  if (attrs.activation === "relu") then(tf.Relu, { x: y });
  return y;
};

export const matmulKernels: KernelTable = { BatchMatMul: batchMatMul, _FusedMatMul: fusedMatMul };
