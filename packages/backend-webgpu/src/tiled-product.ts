import type { TensorInfo } from "@tensorflow/tfjs";
import type { GuardedBackend, WebGPUProgram } from "./guarded-backend.ts";
import { channelSums } from "./kernels/channel-sums.ts";
import { data, declare, flat, type Uniforms } from "./run-elements.ts";

export interface TiledProduct {
  /** Tells this WGSL from all other. */
  readonly key: string;
  /** Tensors by their name in WGSL, where each is a flat array. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** The product is [m, n], the sum over k. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly uniforms: Uniforms;
  /** WGSL statements that return the factor at (row, k), and at (k, column); all within their bounds. */
  readonly left: string;
  readonly right: string;
  /** Along which index neighbours of a factor lie side by side in memory. */
  readonly leftAlong: "row" | "k";
  readonly rightAlong: "column" | "k";
}

/** A workgroup of 8 × 8 threads computes a tile of 32 × 32, a thread 4 × 4 of it, in steps of 16 along k. */
const TILE = 32;
const DEPTH = 16;
const THREADS = 64;
/** Workgroups that keep a large GPU busy: a product with fewer tiles is also split along k. */
const ENOUGH_WORKGROUPS = 1024;
const LEAST_CHUNK = 256;
/** WebGPU's least limit of workgroups in one direction. */
const MOST_IN_A_ROW = 65_535;

/**
 * Multiplies two matrices that are only read, never laid out: the gradients of a convolution without its columns.
 * @returns [m, n], which the caller disposes
 */
export function tiledProduct(backend: GuardedBackend, product: TiledProduct): TensorInfo {
  const { key, inputs, m, n, k } = product;
  const tiles = Math.ceil(m / TILE) * Math.ceil(n / TILE);
  const wantedSplits = Math.min(Math.ceil(ENOUGH_WORKGROUPS / Math.max(1, tiles)), Math.ceil(k / LEAST_CHUNK));
  const chunk = DEPTH * Math.ceil(k / Math.max(1, wantedSplits) / DEPTH);
  const splits = Math.max(1, Math.ceil(k / Math.max(1, chunk)));
  const uniforms: Uniforms = {
    m: ["i32", m],
    n: ["i32", n],
    k: ["i32", k],
    chunk: ["i32", chunk],
    steps: ["i32", chunk / DEPTH],
    ...product.uniforms,
  };
  const across = Math.min(tiles, MOST_IN_A_ROW);
  const program: WebGPUProgram = {
    shaderKey: `benn_product_${key}`,
    variableNames: Object.keys(inputs),
    outputShape: [splits, m, n],
    uniforms: declare(uniforms),
    workgroupSize: [8, 8, 1],
    dispatchLayout: { x: [2], y: [1], z: [0] },
    dispatch: [across, Math.ceil(tiles / across), splits],
    getUserCode: () => wgsl(product),
  };
  const partial = backend.runWebGPUProgram(program, flat(inputs), "float32", data(uniforms));
  if (splits === 1) return { ...partial, shape: [m, n] };
  const sums = channelSums(backend, { key: "x", inputs: { x: partial }, rows: splits, channels: m * n, term: "x[at]" });
  backend.disposeData(partial.dataId);
  return { ...sums, shape: [m, n] };
}

function wgsl({ left, right, leftAlong, rightAlong }: TiledProduct): string {
  const place = (along: string): string =>
    along === "k"
      ? `let depth = element % ${DEPTH}; let side = element / ${DEPTH};`
      : `let depth = element / ${TILE}; let side = element % ${TILE};`;
  // A column more than needed, so that threads which write along k meet different banks of memory.
  return `
    var<workgroup> leftTile : array<array<f32, ${TILE + 1}>, ${DEPTH}>;
    var<workgroup> rightTile : array<array<f32, ${TILE + 1}>, ${DEPTH}>;

    fn leftAt(row : i32, k : i32) -> f32 { ${left} }
    fn rightAt(k : i32, column : i32) -> f32 { ${right} }

    fn store(row : i32, column : i32, sums : vec4<f32>) {
      for (var i = 0; i < min(4, uniforms.n - column); i++) { result[row * uniforms.n + column + i] = sums[i]; }
    }

    fn main() {
      let tile = i32(workgroupId.y * numWorkgroups.x + workgroupId.x);
      let tilesAcross = (uniforms.n + ${TILE - 1}) / ${TILE};
      let row0 = tile / tilesAcross * ${TILE};
      let column0 = tile % tilesAcross * ${TILE};
      let split = i32(workgroupId.z);
      let end = min((split + 1) * uniforms.chunk, uniforms.k);
      let y0 = i32(localId.y) * 4;
      let x0 = i32(localId.x) * 4;
      var sums0 = vec4<f32>(0.0);
      var sums1 = vec4<f32>(0.0);
      var sums2 = vec4<f32>(0.0);
      var sums3 = vec4<f32>(0.0);
      for (var step = 0; step < uniforms.steps; step++) {
        let k0 = split * uniforms.chunk + step * ${DEPTH};
        for (var load = 0; load < ${(TILE * DEPTH) / THREADS}; load++) {
          let element = i32(localIndex) + load * ${THREADS};
          {
            ${place(leftAlong)}
            var value = 0.0;
            if (row0 + side < uniforms.m && k0 + depth < end) { value = leftAt(row0 + side, k0 + depth); }
            leftTile[depth][side] = value;
          }
          {
            ${place(rightAlong)}
            var value = 0.0;
            if (column0 + side < uniforms.n && k0 + depth < end) { value = rightAt(k0 + depth, column0 + side); }
            rightTile[depth][side] = value;
          }
        }
        workgroupBarrier();
        for (var depth = 0; depth < ${DEPTH}; depth++) {
          let across = vec4<f32>(rightTile[depth][x0], rightTile[depth][x0 + 1], rightTile[depth][x0 + 2], rightTile[depth][x0 + 3]);
          sums0 += leftTile[depth][y0] * across;
          sums1 += leftTile[depth][y0 + 1] * across;
          sums2 += leftTile[depth][y0 + 2] * across;
          sums3 += leftTile[depth][y0 + 3] * across;
        }
        workgroupBarrier();
      }
      let row = split * uniforms.m + row0 + y0;
      let rowsLeft = uniforms.m - row0 - y0;
      let column = column0 + x0;
      if (rowsLeft > 0) { store(row, column, sums0); }
      if (rowsLeft > 1) { store(row + 1, column, sums1); }
      if (rowsLeft > 2) { store(row + 2, column, sums2); }
      if (rowsLeft > 3) { store(row + 3, column, sums3); }
    }`;
}
