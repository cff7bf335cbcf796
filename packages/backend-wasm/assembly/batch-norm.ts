// Per-channel statistics, and the coefficients of batch norm and its gradient. x is [rows, c], read through a program; narrow channels are
// repeated to a pattern. Normalizing itself is an instruction of programs.
import { madd, repeat } from "./simd.ts";
import { addTo, total } from "./reduce.ts";
import { blockLength, evaluate, result } from "./program.ts";

/** Number of rows whose sums may stay in float32. */
const RUN: i32 = 64;

/**
 * shift[length] = the mean of every channel over the first block: sums are taken around it, so that they lose no precision however far the
 * mean is from 0.
 */
// @callable
export function firstMeans(scratch: usize, program: usize, count: usize, c: i32, length: i32, shift: usize): void {
  const block = blockLength(length),
    n = <i32>min<usize>(block, count),
    rows = n / c;
  evaluate(program, 0, n, length, block, scratch, 0);
  const x = result(program, scratch, 0);
  for (let k = 0; k < c; k++) {
    let s: f64 = 0;
    for (let r = 0; r < rows; r++) s += load<f32>(x + ((<usize>(r * c + k)) << 2));
    const mean = rows ? <f32>(s / <f64>rows) : 0;
    for (let j = k; j < length; j += c) store<f32>(shift + ((<usize>j) << 2), mean);
  }
}

/** Moves float32 sums [2][length] into the float64 ones, and resets them to 0. */
function promote(sums: usize, length: i32, out: usize): void {
  for (let j: usize = 0; j < (<usize>length) << 1; j += 4) {
    addTo(out + (j << 3), v128.load(sums + (j << 2)));
    v128.store(sums + (j << 2), f32x4.splat(0));
  }
}

/**
 * partials[chunk][2][length] (float64) = Σ d and Σ d² of d = x − center, or with `gradient` Σ dy and Σ dy·(x − center), where
 * dy is the program's first and x its second result; over the patterns from … to of one chunk.
 */
// @inline
function sums(
  gradient: bool,
  from: i32,
  to: i32,
  scratch: usize,
  program: usize,
  count: usize,
  length: i32,
  center: usize,
  grain: i32,
  partials: usize,
): void {
  const row = (<usize>length) << 2,
    out = partials + ((<usize>((from / grain) * length)) << 4),
    block = blockLength(length);
  const acc = scratch,
    work = scratch + 2 * row;
  memory.fill(out, 0, 4 * row);
  memory.fill(acc, 0, 2 * row);
  const end = min(<usize>to * length, count);
  let pending = 0;
  for (let at = <usize>from * length; at < end; at += block) {
    const n = <i32>min<usize>(block, end - at),
      rows = n / length;
    evaluate(program, at, n, length, block, work, 0);
    const first = result(program, work, 0),
      x = gradient ? result(program, work, 1) : first;
    let j: usize = 0;
    for (; j + 32 <= row; j += 32) {
      // Two columns of vectors, so that the sums of one need not wait for those of the other; half a cache line.
      let s0 = v128.load(acc + j),
        s1 = v128.load(acc + j, 16),
        t0 = v128.load(acc + row + j),
        t1 = v128.load(acc + row + j, 16),
        p = j;
      const c0 = v128.load(center + j),
        c1 = v128.load(center + j, 16);
      for (let r = 0; r < rows; r++) {
        const d0 = f32x4.sub(v128.load(x + p), c0),
          d1 = f32x4.sub(v128.load(x + p, 16), c1);
        const g0 = gradient ? v128.load(first + p) : d0,
          g1 = gradient ? v128.load(first + p, 16) : d1;
        s0 = f32x4.add(s0, g0);
        s1 = f32x4.add(s1, g1);
        t0 = madd(g0, d0, t0);
        t1 = madd(g1, d1, t1);
        p += row;
      }
      v128.store(acc + j, s0);
      v128.store(acc + j, s1, 16);
      v128.store(acc + row + j, t0);
      v128.store(acc + row + j, t1, 16);
    }
    if (j < row) {
      let s = v128.load(acc + j),
        t = v128.load(acc + row + j),
        p = j;
      const c = v128.load(center + j);
      for (let r = 0; r < rows; r++) {
        const d = f32x4.sub(v128.load(x + p), c),
          g = gradient ? v128.load(first + p) : d;
        s = f32x4.add(s, g);
        t = madd(g, d, t);
        p += row;
      }
      v128.store(acc + j, s);
      v128.store(acc + row + j, t);
    }
    for (let j = rows * length; j < n; j++) {
      const k = <usize>(j - rows * length),
        d = <f64>load<f32>(x + ((<usize>j) << 2)) - <f64>load<f32>(center + (k << 2));
      const g = gradient ? <f64>load<f32>(first + ((<usize>j) << 2)) : d,
        q = out + (k << 3);
      store<f64>(q, load<f64>(q) + g);
      store<f64>(q + 2 * row, load<f64>(q + 2 * row) + g * d);
    }
    pending += rows;
    if (pending >= RUN) {
      promote(acc, length, out);
      pending = 0;
    }
  }
  promote(acc, length, out);
}

// @callable
export function moments(
  from: i32,
  to: i32,
  scratch: usize,
  program: usize,
  count: usize,
  length: i32,
  shift: usize,
  grain: i32,
  partials: usize,
): void {
  sums(false, from, to, scratch, program, count, length, shift, grain, partials);
}

// @callable
export function gradientSums(
  from: i32,
  to: i32,
  scratch: usize,
  program: usize,
  count: usize,
  length: i32,
  mean: usize,
  grain: i32,
  partials: usize,
): void {
  sums(true, from, to, scratch, program, count, length, mean, grain, partials);
}

/** mean[c] and biased variance[c] from the output of `moments`. */
// @callable
export function finishMoments(
  partials: usize,
  chunks: i32,
  length: i32,
  c: i32,
  rows: f64,
  shift: usize,
  mean: usize,
  variance: usize,
): void {
  for (let k = 0; k < c; k++) {
    const at = (<usize>k) << 2;
    const s = total(partials, chunks, 2 * length, length, c, k),
      q = total(partials + ((<usize>length) << 3), chunks, 2 * length, length, c, k);
    store<f32>(mean + at, <f32>(<f64>load<f32>(shift + at) + s / rows));
    store<f32>(variance + at, <f32>(max<f64>(0, q - (s * s) / rows) / rows));
  }
}

/** coefficients[3][length] of (x − mean)·factor + offset; scale and offset may be 0, meaning 1 and 0. */
// @callable
export function normalizeCoefficients(
  mean: usize,
  variance: usize,
  scale: usize,
  offset: usize,
  epsilon: f32,
  c: i32,
  length: i32,
  coefficients: usize,
): void {
  const row = (<usize>length) << 2;
  for (let k: usize = 0; k < (<usize>c) << 2; k += 4) {
    const factor: f32 = (scale ? load<f32>(scale + k) : 1) / sqrt<f32>(load<f32>(variance + k) + epsilon);
    for (let j = k; j < row; j += (<usize>c) << 2) {
      store<f32>(coefficients + j, load<f32>(mean + k));
      store<f32>(coefficients + row + j, factor);
      store<f32>(coefficients + 2 * row + j, offset ? load<f32>(offset + k) : 0);
    }
  }
}

/**
 * With x̂ = (x − mean)/√(variance + epsilon): dOffset = Σ dy, dScale = Σ dy·x̂, and the coefficients [4][length] of
 * dx = (dy − dOffset/rows − (x − mean)·slope)·factor, where factor = scale/√(variance + epsilon).
 */
// @callable
export function finishGradient(
  partials: usize,
  chunks: i32,
  length: i32,
  c: i32,
  rows: f64,
  mean: usize,
  variance: usize,
  scale: usize,
  epsilon: f32,
  dScale: usize,
  dOffset: usize,
  coefficients: usize,
): void {
  const row = (<usize>length) << 2;
  for (let k = 0; k < c; k++) {
    const at = (<usize>k) << 2,
      inverse = 1 / sqrt<f64>(<f64>load<f32>(variance + at) + <f64>epsilon);
    const s = total(partials, chunks, 2 * length, length, c, k),
      t = total(partials + 2 * row, chunks, 2 * length, length, c, k);
    store<f32>(dOffset + at, <f32>s);
    store<f32>(dScale + at, <f32>(t * inverse));
    const factor = <f32>(inverse * (scale ? <f64>load<f32>(scale + at) : 1)),
      share = <f32>(s / rows),
      slope = <f32>((t * inverse * inverse) / rows);
    for (let j = at; j < row; j += (<usize>c) << 2) {
      store<f32>(coefficients + j, load<f32>(mean + at));
      store<f32>(coefficients + row + j, share);
      store<f32>(coefficients + 2 * row + j, slope);
      store<f32>(coefficients + 3 * row + j, factor);
    }
  }
}

/** pattern[length] = values[c], repeated. */
// @callable
export function repeatPattern(values: usize, c: i32, length: i32, pattern: usize): void {
  repeat(values, c, length, pattern);
}
