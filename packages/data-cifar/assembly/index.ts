// The kernels of ZCA whitening. Multiplication and addition are rounded separately, never fused, so that every engine gives the same bytes.

/**
 * A product of float32 matrices; each sum runs in the order of the steps, like a loop with Math.fround.
 *
 * C[r, j] = ((A[r, 0]·B[0, j] + A[r, 1]·B[1, j]) + …) for r < rows and j < columns.
 * @param a address of A[0, 0]; rows are `aRow` bytes apart, steps `aStep` bytes
 * @param panels B in consecutive panels of 8 columns, each [steps, 8]
 * @param c address of C[0, 0]; rows are `cRow` bytes apart
 * @param rows a multiple of 4
 * @param columns a multiple of 8
 */
export function multiply(
  a: usize,
  aRow: usize,
  aStep: usize,
  panels: usize,
  c: usize,
  cRow: usize,
  rows: i32,
  columns: i32,
  steps: i32,
): void {
  for (let j = 0; j < columns; j += 8) {
    const panel = panels + ((<usize>j * <usize>steps) << 2);
    for (let i = 0; i < rows; i += 4) {
      // A tile of 4 × 8 sums stays in registers.
      let y0 = f32x4.splat(0);
      let y1 = y0;
      let y2 = y0;
      let y3 = y0;
      let y4 = y0;
      let y5 = y0;
      let y6 = y0;
      let y7 = y0;
      let a0 = a + <usize>i * aRow;
      let a1 = a0 + aRow;
      let a2 = a1 + aRow;
      let a3 = a2 + aRow;
      let b = panel;
      for (let step = 0; step < steps; step++) {
        const low = v128.load(b);
        const high = v128.load(b, 16);
        b += 32;
        let x = v128.load_splat<f32>(a0);
        y0 = f32x4.add(y0, f32x4.mul(x, low));
        y1 = f32x4.add(y1, f32x4.mul(x, high));
        x = v128.load_splat<f32>(a1);
        y2 = f32x4.add(y2, f32x4.mul(x, low));
        y3 = f32x4.add(y3, f32x4.mul(x, high));
        x = v128.load_splat<f32>(a2);
        y4 = f32x4.add(y4, f32x4.mul(x, low));
        y5 = f32x4.add(y5, f32x4.mul(x, high));
        x = v128.load_splat<f32>(a3);
        y6 = f32x4.add(y6, f32x4.mul(x, low));
        y7 = f32x4.add(y7, f32x4.mul(x, high));
        a0 += aStep;
        a1 += aStep;
        a2 += aStep;
        a3 += aStep;
      }
      let to = c + <usize>i * cRow + ((<usize>j) << 2);
      v128.store(to, y0);
      v128.store(to, y1, 16);
      to += cRow;
      v128.store(to, y2);
      v128.store(to, y3, 16);
      to += cRow;
      v128.store(to, y4);
      v128.store(to, y5, 16);
      to += cRow;
      v128.store(to, y6);
      v128.store(to, y7, 16);
    }
  }
}

/**
 * C += XᵀX in float64 for the tiles of 4 × 4 on and below C's diagonal.
 * @param panels X in consecutive panels of 4 columns, each [steps, 4]
 * @param c address of C [columns, columns]
 * @param columns a multiple of 4
 */
export function addGram(panels: usize, c: usize, columns: i32, steps: i32): void {
  const panelBytes = (<usize>steps) << 5;
  const rowBytes = (<usize>columns) << 3;
  for (let i = 0; i < columns; i += 4) {
    for (let j = 0; j <= i; j += 4) {
      let y0 = f64x2.splat(0);
      let y1 = y0;
      let y2 = y0;
      let y3 = y0;
      let y4 = y0;
      let y5 = y0;
      let y6 = y0;
      let y7 = y0;
      // A panel of 4 columns of X also is 4 rows of Xᵀ.
      let a = panels + <usize>(i >> 2) * panelBytes;
      let b = panels + <usize>(j >> 2) * panelBytes;
      for (let step = 0; step < steps; step++) {
        const low = v128.load(b);
        const high = v128.load(b, 16);
        let x = v128.load_splat<f64>(a);
        y0 = f64x2.add(y0, f64x2.mul(x, low));
        y1 = f64x2.add(y1, f64x2.mul(x, high));
        x = v128.load_splat<f64>(a, 8);
        y2 = f64x2.add(y2, f64x2.mul(x, low));
        y3 = f64x2.add(y3, f64x2.mul(x, high));
        x = v128.load_splat<f64>(a, 16);
        y4 = f64x2.add(y4, f64x2.mul(x, low));
        y5 = f64x2.add(y5, f64x2.mul(x, high));
        x = v128.load_splat<f64>(a, 24);
        y6 = f64x2.add(y6, f64x2.mul(x, low));
        y7 = f64x2.add(y7, f64x2.mul(x, high));
        a += 32;
        b += 32;
      }
      let to = c + <usize>i * rowBytes + ((<usize>j) << 3);
      addPair(to, y0, y1);
      to += rowBytes;
      addPair(to, y2, y3);
      to += rowBytes;
      addPair(to, y4, y5);
      to += rowBytes;
      addPair(to, y6, y7);
    }
  }
}

// @inline
function addPair(to: usize, low: v128, high: v128): void {
  v128.store(to, f64x2.add(v128.load(to), low));
  v128.store(to, f64x2.add(v128.load(to, 16), high), 16);
}

/** Address of row `row` of a lower triangle of float64, stored row by row. */
// @inline
function rowAt(triangle: usize, row: i32): usize {
  return triangle + (((<usize>row * (<usize>row + 1)) >> 1) << 3);
}

// @inline
function sumOfLanes(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/**
 * M ← H·M·H for the leading `size` rows and columns of a symmetric M, with H = I − scale · v·vᵀ:
 * M − v·wᵀ − w·vᵀ, where p = scale · M·v and w = p − (scale · pᵀv / 2) · v.
 * @param triangle address of M's lower triangle, float64, row by row
 * @param v address of v [size]
 * @param w receives w [size]
 */
export function reflect(triangle: usize, v: usize, w: usize, size: i32, scale: f64): void {
  for (let i = 0; i < size; i++) {
    let m = rowAt(triangle, i);
    let from = v;
    let to = w;
    const own = load<f64>(v + ((<usize>i) << 3));
    const owns = f64x2.splat(own);
    let sums = f64x2.splat(0);
    let others = sums;
    let j = 0;
    for (; j + 4 <= i; j += 4) {
      const low = v128.load(m);
      const high = v128.load(m, 16);
      sums = f64x2.add(sums, f64x2.mul(low, v128.load(from)));
      others = f64x2.add(others, f64x2.mul(high, v128.load(from, 16)));
      v128.store(to, f64x2.add(v128.load(to), f64x2.mul(low, owns)));
      v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(high, owns)), 16);
      m += 32;
      from += 32;
      to += 32;
    }
    let sum = sumOfLanes(f64x2.add(sums, others));
    for (; j < i; j++) {
      const value = load<f64>(m);
      sum += value * load<f64>(from);
      store<f64>(to, load<f64>(to) + value * own);
      m += 8;
      from += 8;
      to += 8;
    }
    store<f64>(to, sum + load<f64>(m) * own);
  }

  let along: f64 = 0;
  for (let i = 0; i < size; i++) {
    const to = w + ((<usize>i) << 3);
    const p = scale * load<f64>(to);
    store<f64>(to, p);
    along += p * load<f64>(v + ((<usize>i) << 3));
  }
  along *= scale / 2;
  for (let i = 0; i < size; i++) {
    const to = w + ((<usize>i) << 3);
    store<f64>(to, load<f64>(to) - along * load<f64>(v + ((<usize>i) << 3)));
  }

  for (let i = 0; i < size; i++) {
    let m = rowAt(triangle, i);
    let fromV = v;
    let fromW = w;
    const ownV = load<f64>(v + ((<usize>i) << 3));
    const ownW = load<f64>(w + ((<usize>i) << 3));
    const ownVs = f64x2.splat(ownV);
    const ownWs = f64x2.splat(ownW);
    let j = 0;
    for (; j + 2 <= i + 1; j += 2) {
      const change = f64x2.add(f64x2.mul(ownVs, v128.load(fromW)), f64x2.mul(ownWs, v128.load(fromV)));
      v128.store(m, f64x2.sub(v128.load(m), change));
      m += 16;
      fromV += 16;
      fromW += 16;
    }
    if (j <= i) store<f64>(m, load<f64>(m) - (ownV * load<f64>(fromW) + ownW * load<f64>(fromV)));
  }
}

/** r ← r − scale · (r·v) · v for the first `size` values of a row of float64. */
export function reflectRow(row: usize, v: usize, size: i32, scale: f64): void {
  let m = row;
  let from = v;
  let sums = f64x2.splat(0);
  let others = sums;
  let j = 0;
  for (; j + 4 <= size; j += 4) {
    sums = f64x2.add(sums, f64x2.mul(v128.load(m), v128.load(from)));
    others = f64x2.add(others, f64x2.mul(v128.load(m, 16), v128.load(from, 16)));
    m += 32;
    from += 32;
  }
  let along = sumOfLanes(f64x2.add(sums, others));
  for (; j < size; j++) {
    along += load<f64>(m) * load<f64>(from);
    m += 8;
    from += 8;
  }
  along *= scale;
  const alongs = f64x2.splat(along);
  m = row;
  from = v;
  for (j = 0; j + 2 <= size; j += 2) {
    v128.store(m, f64x2.sub(v128.load(m), f64x2.mul(alongs, v128.load(from))));
    m += 16;
    from += 16;
  }
  if (j < size) store<f64>(m, load<f64>(m) - along * load<f64>(from));
}
