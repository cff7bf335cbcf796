import type { DeviceLimits } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

const PROBES = 10;
/** Sides of square matrices: which product fits the caches best depends on the machine. */
const SIDES = [512, 768, 1024];
const LARGE = 1 << 25;

/**
 * Peak throughput of the active backend's threads: multiply-adds of products that fit the caches, and bytes of a sum of two large arrays.
 */
export function measureLimits(): DeviceLimits {
  /** Work per second of the best of several runs. */
  const highest = (work: number, run: () => tf.Tensor): number => {
    let least = Infinity;
    for (let i = 0; i < PROBES; i++) {
      const start = performance.now();
      run().dispose();
      least = Math.min(least, performance.now() - start);
    }
    return (1000 * work) / least;
  };
  return tf.tidy(() => {
    const products = SIDES.map((side) => {
      const a = tf.ones([side, side]);
      return highest(side ** 3, () => tf.matMul(a, a));
    });
    const large = tf.add(tf.fill([LARGE], 1), 0);
    return { multiplyAdds: Math.max(...products), bytes: highest(12 * LARGE, () => tf.add(large, large)) };
  });
}
