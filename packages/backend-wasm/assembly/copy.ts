/** Copies [from … to] × n1 × n2 runs of `bytes` bytes between two strided arrays: the common core of padding and slicing. */
// @callable
export function copyRuns(
  from: i32,
  to: i32,
  scratch: usize,
  src: usize,
  s0: usize,
  s1: usize,
  s2: usize,
  dst: usize,
  d0: usize,
  d1: usize,
  d2: usize,
  n1: i32,
  n2: i32,
  bytes: usize,
): void {
  for (let i = from; i < to; i++) {
    for (let j = 0; j < n1; j++) {
      let p = src + <usize>i * s0 + <usize>j * s1,
        q = dst + <usize>i * d0 + <usize>j * d1;
      for (let k = 0; k < n2; k++) {
        memory.copy(q, p, bytes);
        p += s2;
        q += d2;
      }
    }
  }
}

/** Fills the floats from … to with a value. */
// @callable
export function fill(from: usize, to: usize, scratch: usize, dst: usize, value: f32): void {
  if (reinterpret<u32>(value) == 0) memory.fill(dst + (from << 2), 0, (to - from) << 2);
  else for (let i = from << 2; i < to << 2; i += 4) store<f32>(dst + i, value);
}
