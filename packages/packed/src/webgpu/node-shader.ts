import type { GraphNode, Shape } from "../graph.ts";
import { floatsOf, integersOf, type Tensor } from "../read-safetensors.ts";
import { bitWords, type GpuConstants, kernelWords } from "./gpu-constants.ts";

export interface NodeShader {
  readonly code: string;
  /** Threads per image: one per float, or per word of 32 bits. */
  readonly threads: number;
}

/** Number of 32-bit words of a value of one image. */
export function wordsOfValue({ kind, height, width, channels }: Shape): number {
  return height * width * (kind === "bits" ? Math.ceil(channels / 32) : channels);
}

// `exact` is an optimization barrier: the compiler could otherwise fuse a product with its addition, or reorder sums.
const HEAD = `
struct Run { images: u32, zero: u32 }
@group(0) @binding(0) var<uniform> run: Run;
@group(0) @binding(1) var<storage, read> constants: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<u32>;
@group(0) @binding(3) var<storage, read> second: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<u32>;
fn exact(value: f32) -> f32 { return bitcast<f32>(bitcast<u32>(value) ^ run.zero); }
fn mul(a: f32, b: f32) -> f32 { return exact(a * b); }
fn add(a: f32, b: f32) -> f32 { return exact(a + b); }
fn float(at: u32) -> f32 { return bitcast<f32>(constants[at]); }
fn value(at: u32) -> f32 { return bitcast<f32>(x[at]); }
fn relu(a: f32) -> f32 { return select(0.0, a, a > 0.0); }
`;

/**
 * The shader of a node, for any number of images: the same operations in the same order as the WebAssembly kernels. Bits are in words of
 * 32, [height, width, ⌈channels / 32⌉].
 */
export function nodeShader(
  node: GraphNode,
  from: Shape,
  to: Shape,
  tensors: ReadonlyMap<string, Tensor>,
  constants: GpuConstants,
): NodeShader {
  const threads = wordsOfValue(to);
  const tensor = (name: string | undefined): Tensor => tensors.get(name ?? "") as Tensor;
  const floats = (name: string | undefined): string => `${constants.add(floatsOf(tensor(name)))}u`;
  const flips = (name: string | undefined): string =>
    `${constants.add(bitWords(name === undefined ? undefined : tensor(name).bytes, to.channels))}u`;
  const words = (channels: number): string => `${Math.ceil(channels / 32)}u`;

  /** Every thread: its image `n`, its pixel, and what it computes: `c` is the channel, or the word of channels. */
  const main = (perPixel: string, body: string): string => `${HEAD}
const C = ${from.channels}u; const H = ${from.height}; const W = ${from.width}; const XW = ${words(from.channels)};
const F = ${to.channels}u; const OH = ${to.height}u; const OW = ${to.width}u; const YW = ${words(to.channels)};
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= run.images * ${threads}u) { return; }
  let n = i / ${threads}u; let c = i % ${perPixel}; let place = (i / ${perPixel}) % (OH * OW);
  let r = i32(place / OW); let q = i32(place % OW);
  ${body}
}`;
  const perFloat = (body: string): string => main("F", body);
  /** Assembles the word from one bit for each of its channels `f`. */
  const perWord = (bit: string, flip: string): string =>
    main(
      "YW",
      `var word = 0u; for (var k = 0u; k < min(32u, F - c * 32u); k++) { let f = c * 32u + k; ${bit} }\n  y[i] = word ^ constants[${flip} + c];`,
    );
  /** Runs `body` for each tap inside the map; `pixel` is its index in x. */
  const taps = (size: readonly number[], strides: readonly number[], pad: readonly number[], body: string, outside = ""): string => `
  for (var u = 0; u < ${size[0]}; u++) { for (var v = 0; v < ${size[1]}; v++) {
    let row = r * ${strides[0]} - ${pad[0]} + u; let column = q * ${strides[1]} - ${pad[2]} + v;
    if (row >= 0 && row < H && column >= 0 && column < W) {
      let pixel = n * u32(H * W) + u32(row * W + column);
      ${body}
    } ${outside && `else { ${outside} }`}
  } }`;
  const finish = ({ bias, relu }: { readonly bias?: string; readonly relu?: boolean }): string =>
    `${bias === undefined ? "" : `sum = add(sum, float(${floats(bias)} + f));`} ${relu ? "sum = relu(sum);" : ""}`;

  switch (node.op) {
    case "conv": {
      const [height = 1, width = 1] = tensor(node.kernel).shape;
      const kernel = floats(node.kernel);
      const step = `at += 1u; if (at % ${node.block}u == 0u) { sum = add(sum, part); part = 0.0; }`;
      const sum = `var sum = 0.0; var part = 0.0; var at = 0u;
      ${taps([height, width], node.strides, node.pad, `for (var k2 = 0u; k2 < C; k2++) { part = add(part, mul(value(pixel * C + k2), float(${kernel} + at * F + f))); ${step} }`, `for (var k2 = 0u; k2 < C; k2++) { ${step} }`)}
      sum = add(sum, part);`;
      if (node.thresholds === undefined) return { threads, code: perFloat(`let f = c; ${sum} ${finish(node)} y[i] = bitcast<u32>(sum);`) };
      return { threads, code: perWord(`${sum} if (sum >= float(${floats(node.thresholds)} + f)) { word |= 1u << k; }`, flips(node.flips)) };
    }
    case "binaryConv": {
      const count = node.size[0] * node.size[1];
      const kernel = `${constants.add(kernelWords(tensor(node.kernel).bytes, to.channels, count, from.channels))}u`;
      const whole = `var inside = 0; var differ = 0u; let row0 = ${kernel} + f * ${count}u * XW;
      ${taps(
        node.size,
        node.strides,
        node.pad,
        `inside += i32(C); let tap = row0 + u32(u * ${node.size[1]} + v) * XW;
      for (var w = 0u; w < XW; w++) { differ += countOneBits(x[pixel * XW + w] ^ constants[tap + w]); }`,
      )}
      let whole = inside - 2 * i32(differ);`;
      if (node.thresholds === undefined)
        return {
          threads,
          code: perFloat(
            `let f = c; ${whole} var sum = mul(f32(whole), float(${floats(node.scale)} + f)); ${finish(node)} y[i] = bitcast<u32>(sum);`,
          ),
        };
      const limits = `${constants.add(integersOf(tensor(node.thresholds)))}u`;
      return {
        threads,
        code: perWord(`${whole} if (whole >= bitcast<i32>(constants[${limits} + f])) { word |= 1u << k; }`, flips(node.flips)),
      };
    }
    case "sign":
      return {
        threads,
        code: perWord(
          `if (value((n * OH * OW + place) * C + f) >= float(${floats(node.thresholds)} + f)) { word |= 1u << k; }`,
          flips(node.flips),
        ),
      };
    case "affine":
      return {
        threads,
        code: perFloat(
          `y[i] = bitcast<u32>(add(mul(add(value(i), -float(${floats(node.mean)} + c)), float(${floats(node.factor)} + c)), float(${floats(node.offset)} + c)));`,
        ),
      };
    case "relu":
      return { threads, code: perFloat("y[i] = bitcast<u32>(relu(value(i)));") };
    case "add":
      return { threads, code: perFloat("y[i] = bitcast<u32>(value(i) + bitcast<f32>(second[i]));") };
    case "flatten":
      return { threads, code: perFloat("y[i] = x[i];") };
    case "padChannels":
      return {
        threads,
        code: perFloat(
          `y[i] = 0u; if (c >= ${node.before}u && c < ${node.before}u + C) { y[i] = x[(n * OH * OW + place) * C + c - ${node.before}u]; }`,
        ),
      };
    case "maxPool":
      if (to.kind === "bits")
        return {
          threads,
          code: main(
            "YW",
            `var word = 0u; ${taps(node.size, node.strides, node.pad, "word |= x[pixel * XW + c];")} y[i] = word ^ constants[${flips(node.flips)} + c];`,
          ),
        };
      return {
        threads,
        code: perFloat(
          `var best = -3.4028234e38; ${taps(node.size, node.strides, node.pad, "best = max(best, value(pixel * C + c));")} y[i] = bitcast<u32>(best);`,
        ),
      };
    case "averagePool": {
      const area = node.size[0] * node.size[1];
      const sum = taps(node.size, node.strides, node.pad, "sum = add(sum, value(pixel * C + c)); inside += 1.0;");
      return {
        threads,
        code: perFloat(
          `var sum = 0.0; var inside = 0.0; ${sum} y[i] = bitcast<u32>(quotient(sum, 0.0, ${node.inside ? "inside" : `${area}.0`}));`,
        ).replace("@compute", `${QUOTIENT}\n@compute`),
      };
    }
    case "mean":
      return { threads, code: perFloat(meanOf(from)).replace("@compute", `${QUOTIENT}\n@compute`) };
    case "quantize":
    case "planeConv":
      throw new Error(`packed: ${node.op} has no shader`);
    default:
      return node satisfies never;
  }
}

// Division may be off by several last places, and there is no float64. The remainder of a quotient is computed exactly by splitting factors
// into halves (Dekker 1971), which shows whether a neighbouring float is nearer.
const QUOTIENT = `
fn remainder(a: f32, low: f32, q: f32, b: f32) -> f32 {
  let p = mul(q, b);
  let qs = mul(4097.0, q); let qh = add(qs, -add(qs, -q)); let ql = add(q, -qh);
  let bs = mul(4097.0, b); let bh = add(bs, -add(bs, -b)); let bl = add(b, -bh);
  let e = add(add(add(add(mul(qh, bh), -p), mul(qh, bl)), mul(ql, bh)), mul(ql, bl));
  return add(add(add(a, -p), -e), low);
}
// (a + low) / b, rounded once
fn quotient(a: f32, low: f32, b: f32) -> f32 {
  let first = exact(add(a, low) / b);
  var best = first;
  if (best == 0.0) { return best; }
  var least = abs(remainder(a, low, best, b));
  for (var k = 0; k < 4; k++) {
    let near = bitcast<f32>(bitcast<u32>(first) + array<u32, 4>(1u, 0xffffffffu, 2u, 0xfffffffeu)[k]);
    let rest = abs(remainder(a, low, near, b));
    if (rest < least) { least = rest; best = near; }
  }
  return best;
}`;

/** The runs of docs/packed.md, with pairs of floats (Knuth's two-sum) in place of float64. */
function meanOf({ height, width, channels }: Shape): string {
  const pixels = height * width;
  const take = (value: string): string =>
    `{ let a = ${value}; let s = add(high, a); let t = add(s, -high); low = add(low, add(add(high, -add(s, -t)), add(a, -t))); high = s; }`;
  return `var high = 0.0; var low = 0.0;
  let narrow = c < ${channels - (channels % 4)}u;
  for (var first = 0u; first < ${pixels}u; first += 32u) {
    var sum = 0.0;
    for (var p = first; p < min(${pixels}u, first + 32u); p++) {
      let one = value((n * ${pixels}u + p) * C + c);
      if (narrow) { sum = add(sum, one); } else ${take("one")}
    }
    if (narrow) ${take("sum")}
  }
  y[i] = bitcast<u32>(quotient(high, low, ${pixels}.0));`;
}
