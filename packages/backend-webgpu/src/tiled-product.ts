import type { TensorInfo } from "@benn/core/tensorflow";
import type { GuardedBackend, WebGPUProgram } from "./guarded-backend.ts";
import { channelSums } from "./kernels/channel-sums.ts";
import type { Uniforms } from "./elements.ts";
import { data, declare, flat } from "./run-elements.ts";
import { MOST_IN_A_ROW } from "./run-own.ts";

/**
 * One of the two matrices, which is never materialized. Locating an element takes divisions, which cost more than the product. Therefore,
 * what depends only on its row (of the right matrix: its column) is computed once, what depends only on k once per step of a workgroup, and
 * an element is located from both by additions.
 */
export interface Factor {
  /** WGSL statements that return a vec4<i32> of `index`: the row of the left factor, the column of the right one. */
  readonly side: string;
  /** WGSL statements that return a vec4<i32> of `k`. */
  readonly depth: string;
  /** WGSL statements that return the f32 at (side, depth), the two vectors above. */
  readonly value: string;
  /** The index along which neighbours are adjacent in memory. */
  readonly along: "side" | "depth";
}

export interface TiledProduct {
  /** Unique shader cache key. */
  readonly key: string;
  /** Tensors by their name in WGSL, where each is a flat array. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** The product is [m, n], the sum over k. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly uniforms: Uniforms;
  readonly left: Factor;
  readonly right: Factor;
  /** A tensor of m · n values to write to, instead of a new one. */
  readonly output?: TensorInfo | undefined;
}

/** How a workgroup divides its part of the product. */
export interface Tile {
  /** A workgroup computes a tile of rows × columns, in steps of `depth` along k. */
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Number of rows and columns that one of its threads computes, both multiples of 4. */
  readonly threadRows: number;
  readonly threadColumns: number;
}

const LARGE: Tile = { rows: 128, columns: 64, depth: 8, threadRows: 8, threadColumns: 4 };
const WIDE: Tile = { rows: 64, columns: 96, depth: 8, threadRows: 4, threadColumns: 8 };
const SMALL: Tile = { rows: 32, columns: 32, depth: 16, threadRows: 4, threadColumns: 4 };

/** Workgroups that keep a large GPU busy: a product with fewer tiles is also split along k. */
const ENOUGH_WORKGROUPS = 512;
const LEAST_CHUNK = 256;

/** The tile for a product of this size: large tiles read less, small or fitting ones compute less beyond the edges. */
export function tileFor(m: number, n: number): Tile {
  if (m <= SMALL.rows || n <= SMALL.columns) return SMALL;
  const computed = ({ columns }: Tile): number => Math.ceil(n / columns) * columns;
  return computed(WIDE) < computed(LARGE) ? WIDE : LARGE;
}

/**
 * Multiplies two matrices that are not materialized: the gradients of a convolution without im2col.
 * @returns [m, n], which the caller disposes
 */
export function tiledProduct(backend: GuardedBackend, product: TiledProduct, tile = tileFor(product.m, product.n)): TensorInfo {
  const { key, inputs, m, n, k } = product;
  const tiles = Math.ceil(m / tile.rows) * Math.ceil(n / tile.columns);
  const wantedSplits = Math.min(Math.ceil(ENOUGH_WORKGROUPS / Math.max(1, tiles)), Math.ceil(k / LEAST_CHUNK));
  const chunk = tile.depth * Math.ceil(k / Math.max(1, wantedSplits) / tile.depth);
  const splits = Math.max(1, Math.ceil(k / Math.max(1, chunk)));
  const uniforms: Uniforms = {
    m: ["i32", m],
    n: ["i32", n],
    k: ["i32", k],
    chunk: ["i32", chunk],
    steps: ["i32", chunk / tile.depth],
    ...product.uniforms,
  };
  const across = Math.min(tiles, MOST_IN_A_ROW);
  const program: WebGPUProgram = {
    shaderKey: `benn_product_${key}_${Object.values(tile).join("_")}`,
    variableNames: Object.keys(inputs),
    outputShape: [splits, m, n],
    uniforms: declare(uniforms),
    workgroupSize: [tile.columns / tile.threadColumns, tile.rows / tile.threadRows, 1],
    dispatchLayout: { x: [2], y: [1], z: [0] },
    dispatch: [across, Math.ceil(tiles / across), splits],
    getUserCode: () => wgsl(product, tile),
    macs: m * n * k,
  };
  const output = splits === 1 ? product.output && { ...product.output, shape: program.outputShape } : undefined;
  const partial = backend.runWebGPUProgram(program, flat(inputs), "float32", data(uniforms), output);
  if (splits === 1) return { ...partial, shape: [m, n] };
  const sums = channelSums(backend, {
    key: "x",
    inputs: { x: partial },
    rows: splits,
    channels: m * n,
    term: "x[at]",
    output: product.output,
  });
  backend.disposeData(partial.dataId);
  return { ...sums, shape: [m, n] };
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Groups of four rows or columns in shared memory, plus one: threads that write along k then access different banks. */
const padded = (size: number): number => size / 4 + 1;

function wgsl({ left, right }: TiledProduct, tile: Tile): string {
  const { rows, columns, depth, threadRows, threadColumns } = tile;
  const [threadsDown, threadsAcross] = [rows / threadRows, columns / threadColumns];
  const threads = threadsDown * threadsAcross;
  const [down, across] = [upTo(threadRows / 4), upTo(threadColumns / 4)];
  // A thread's rows and columns come in groups of four, interleaved with those of the other threads.
  const sums = down.flatMap((i) => across.flatMap((j) => upTo(4).map((lane) => ({ name: `sum${i}_${j}_${lane}`, i, j, lane }))));
  const factor = (name: string, { side, depth, value }: Factor): string => `
    fn ${name}Side(index : i32) -> vec4<i32> { ${side} }
    fn ${name}Depth(k : i32) -> vec4<i32> { ${depth} }
    fn ${name}Value(side : vec4<i32>, depth : vec4<i32>) -> f32 { ${value} }
    fn ${name}At(side : i32, beyond : i32, depth : vec4<i32>) -> f32 {
      if (side >= beyond) { return 0.0; }
      return ${name}Value(${name}Sides[side], depth);
    }`;
  // A thread writes four values at once: in WGSL, concurrent writes to parts of one vector may conflict.
  const load = (name: string, size: number, { along }: Factor): string => `
    for (var element = i32(localIndex); element < ${(size / 4) * depth}; element += ${threads}) {
      ${
        along === "depth"
          ? `let depth = element % ${depth}; let four = element / ${depth};`
          : `let depth = element / ${size / 4}; let four = element % ${size / 4};`
      }
      var values = vec4<f32>(0.0);
      if (k0 + depth < end) {
        let at = ${name}Depths[depth];
        values = vec4<f32>(${upTo(4)
          .map((lane) => `${name}At(four * 4 + ${lane}, ${name}End, at)`)
          .join(", ")});
      }
      ${name}Tile[depth * ${padded(size)} + four] = values;
    }`;
  return `
    var<workgroup> leftTile : array<vec4<f32>, ${padded(rows) * depth}>;
    var<workgroup> rightTile : array<vec4<f32>, ${padded(columns) * depth}>;
    var<workgroup> leftSides : array<vec4<i32>, ${rows}>;
    var<workgroup> rightSides : array<vec4<i32>, ${columns}>;
    var<workgroup> leftDepths : array<vec4<i32>, ${depth}>;
    var<workgroup> rightDepths : array<vec4<i32>, ${depth}>;
    ${factor("left", left)}
    ${factor("right", right)}

    fn store(split : i32, row : i32, column : i32, sums : vec4<f32>) {
      if (row >= uniforms.m) { return; }
      for (var i = 0; i < min(4, uniforms.n - column); i++) { result[(split * uniforms.m + row) * uniforms.n + column + i] = sums[i]; }
    }

    fn main() {
      let tile = i32(workgroupId.y * numWorkgroups.x + workgroupId.x);
      let tilesAcross = (uniforms.n + ${columns - 1}) / ${columns};
      let left0 = tile / tilesAcross * ${rows};
      let right0 = tile % tilesAcross * ${columns};
      let leftEnd = uniforms.m - left0;
      let rightEnd = uniforms.n - right0;
      let split = i32(workgroupId.z);
      let end = min((split + 1) * uniforms.chunk, uniforms.k);
      let y = i32(localId.y);
      let x = i32(localId.x);
      for (var side = i32(localIndex); side < ${rows}; side += ${threads}) { leftSides[side] = leftSide(left0 + side); }
      for (var side = i32(localIndex); side < ${columns}; side += ${threads}) { rightSides[side] = rightSide(right0 + side); }
      ${sums.map(({ name }) => `var ${name} = vec4<f32>(0.0);`).join(" ")}
      for (var step = 0; step < uniforms.steps; step++) {
        let k0 = split * uniforms.chunk + step * ${depth};
        if (i32(localIndex) < ${depth}) {
          leftDepths[localIndex] = leftDepth(k0 + i32(localIndex));
          rightDepths[localIndex] = rightDepth(k0 + i32(localIndex));
        }
        workgroupBarrier();
        ${load("left", rows, left)}
        ${load("right", columns, right)}
        workgroupBarrier();
        for (var depth = 0; depth < ${depth}; depth++) {
          ${down.map((i) => `let down${i} = leftTile[depth * ${padded(rows)} + y + ${i * threadsDown}];`).join(" ")}
          ${across.map((j) => `let across${j} = rightTile[depth * ${padded(columns)} + x + ${j * threadsAcross}];`).join(" ")}
          ${sums.map(({ name, i, j, lane }) => `${name} += down${i}[${lane}] * across${j};`).join("\n")}
        }
      }
      ${sums
        .map(
          ({ name, i, j, lane }) =>
            `store(split, left0 + (y + ${i * threadsDown}) * 4 + ${lane}, right0 + (x + ${j * threadsAcross}) * 4, ${name});`,
        )
        .join("\n")}
    }`;
}
