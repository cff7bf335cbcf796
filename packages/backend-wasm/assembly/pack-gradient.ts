// dy in the layout that the table kernels of binary-grad.ts read: [⌈f/16⌉][pixel][image][16], so that for one pixel the same 16 filters of
// all images are adjacent.
import { addColumns } from "./reduce.ts";
import { blockLength, evaluate, programScratch, result } from "./program.ts";
import { put } from "./tables.ts";

/** Number of images of the packed dy, which is padded with zeros. */
// @inline
export function paddedImages(images: i32): i32 {
  return (images + 15) & ~15;
}

/** Floats of the packed dy. */
// @callable
export function packedGradient(images: i32, pixels: i32, f: i32): usize {
  return <usize>((f + 15) & ~15) * <usize>(pixels * paddedImages(images));
}

/** Number of images that `packGradient` processes together: those of one block of pixels, if blocks begin alike in all. */
// @inline
function imagesTogether(pixels: i32, f: i32, block: i32): i32 {
  return (pixels * f) % block ? 1 : 16;
}

/** Number of units that the work of `packGradient` is split into. */
// @callable
export function packUnits(images: i32, pixels: i32, f: i32, length: i32): i32 {
  const block = blockLength(length),
    perImage = (pixels * f) / block;
  return imagesTogether(pixels, f, block) == 16 ? ((images + 15) >> 4) * perImage : (images * pixels * f + block - 1) / block;
}

// @callable
export function packScratch(registers: i32, length: i32): usize {
  const block = blockLength(length);
  return programScratch(registers, block) + 16 * (((<usize>block) << 2) + 16);
}

/**
 * Packs dy, a program's values [images, pixels, f]; from … to are the units of one chunk. partials[chunk][length] (float64), unless it is
 * 0, receives their sums for the bias. If there are factors, one per filter, filterMax[chunk][length] (float32) receives the largest
 * magnitudes, and pixelMax[image][pixel] the largest magnitude times its factor.
 */
// @callable
export function packGradient(
  from: i32,
  to: i32,
  scratch: usize,
  program: usize,
  registers: i32,
  images: i32,
  pixels: i32,
  f: i32,
  length: i32,
  packed: usize,
  grain: i32,
  partials: usize,
  factors: usize,
  filterMax: usize,
  pixelMax: usize,
): void {
  const block = blockLength(length),
    count = <usize>(images * pixels) * f,
    all = paddedImages(images),
    rowBytes = (<usize>f) << 2;
  const out = partials ? partials + ((<usize>((from / grain) * length)) << 3) : 0,
    plane = (<usize>(pixels * all)) << 6;
  const most = filterMax + ((<usize>((from / grain) * length)) << 2),
    together = imagesTogether(pixels, f, block),
    perImage = (pixels * f) / block;
  const values = scratch + programScratch(registers, block),
    sources = values + ((<usize>block) << 6);
  if (out) memory.fill(out, 0, (<usize>length) << 3);
  if (factors) memory.fill(most, 0, (<usize>length) << 2);
  for (let i = from; i < to; i++) {
    const first = together == 1 ? 0 : (i / perImage) << 4,
      some = min(together, images - first);
    const at = together == 1 ? <usize>i * block : <usize>(first * perImage + (i % perImage)) * block,
      n = <i32>min<usize>(block, count - at);
    for (let j = 0; j < some; j++) {
      evaluate(program, at + <usize>j * <usize>(pixels * f), n, length, block, scratch, values + <usize>j * ((<usize>block) << 2));
      const x = result(program, scratch, 0),
        rows = n / length;
      store<usize>(sources + ((<usize>j) << 2), x);
      if (factors) largestOfColumns(x, rows, length, most);
      if (out) addColumns(x, rows, length, out);
      for (let k = rows * length; k < n; k++) {
        const column = <usize>(k - rows * length),
          value = load<f32>(x + ((<usize>k) << 2));
        if (out) store<f64>(out + (column << 3), load<f64>(out + (column << 3)) + <f64>value);
        if (factors) store<u32>(most + (column << 2), max(load<u32>(most + (column << 2)), reinterpret<u32>(abs(value))));
      }
    }
    let image = <i32>(at / f) / pixels,
      pixel = <i32>(at / f) % pixels;
    for (let p: usize = 0; p < (<usize>n) << 2; p += rowBytes) {
      // One pixel of all images is contiguous in memory.
      const d = packed + ((<usize>(pixel * all + image)) << 6);
      for (let j = 0; j < some; j++) {
        const x = load<usize>(sources + ((<usize>j) << 2)) + p;
        packRow(x, f, d + ((<usize>j) << 6), plane);
        if (factors) store<u32>(pixelMax + ((<usize>((image + j) * pixels + pixel)) << 2), largestOfRow(x, f, factors));
      }
      if (image + some == images) {
        for (let e: usize = 0; e < <usize>((f + 15) >> 4) * plane; e += plane)
          memory.fill(d + ((<usize>some) << 6) + e, 0, (<usize>(all - images)) << 6);
      }
      if (++pixel == pixels) {
        pixel = 0;
        image++;
      }
    }
  }
}

/** Writes a row of f floats to planes of 16, padded with zeros. */
// @inline
function packRow(x: usize, f: i32, d: usize, plane: usize): void {
  for (let k = f >> 4; k > 0; k--) {
    put(d, v128.load(x), v128.load(x, 16), v128.load(x, 32), v128.load(x, 48));
    x += 64;
    d += plane;
  }
  const rest = f & 15;
  if (rest) for (let k = 0; k < 16; k++) store<f32>(d + ((<usize>k) << 2), k < rest ? load<f32>(x + ((<usize>k) << 2)) : 0);
}

/** Bits of the largest magnitude in a row of f floats times their factors. */
function largestOfRow(x: usize, f: i32, factors: usize): u32 {
  let widest = i32x4.splat(0),
    j: usize = 0;
  for (; j < (<usize>(f & ~3)) << 2; j += 16) widest = larger(widest, f32x4.mul(v128.load(x + j), v128.load(factors + j)));
  for (; j < (<usize>f) << 2; j += 4) widest = larger(widest, f32x4.mul(v128.load32_zero(x + j), v128.load32_zero(factors + j)));
  widest = i32x4.max_s(widest, i64x2.shuffle(widest, widest, 1, 0));
  widest = i32x4.max_s(widest, i32x4.shuffle(widest, widest, 1, 0, 3, 2));
  return i32x4.extract_lane(widest, 0);
}

/** The larger of magnitudes a and of the magnitudes of b, compared as integers: the order is the same, and NaN is the largest. */
// @inline
function larger(a: v128, b: v128): v128 {
  return i32x4.max_s(a, v128.and(b, i32x4.splat(0x7fffffff)));
}

/** most[length] = the largest magnitudes in the columns of x [rows, length] and in `most` itself. */
function largestOfColumns(x: usize, rows: i32, length: i32, most: usize): void {
  const stride = (<usize>length) << 2;
  let j = 0;
  for (; j + 16 <= length; j += 16) {
    const q = most + ((<usize>j) << 2);
    let a = v128.load(q),
      b = v128.load(q, 16),
      c = v128.load(q, 32),
      d = v128.load(q, 48),
      p = x + ((<usize>j) << 2);
    for (let r = 0; r < rows; r++) {
      a = larger(a, v128.load(p));
      b = larger(b, v128.load(p, 16));
      c = larger(c, v128.load(p, 32));
      d = larger(d, v128.load(p, 48));
      p += stride;
    }
    v128.store(q, a);
    v128.store(q, b, 16);
    v128.store(q, c, 32);
    v128.store(q, d, 48);
  }
  for (; j < length; j += 4) {
    const q = most + ((<usize>j) << 2);
    let a = v128.load(q),
      p = x + ((<usize>j) << 2);
    for (let r = 0; r < rows; r++) {
      a = larger(a, v128.load(p));
      p += stride;
    }
    v128.store(q, a);
  }
}
