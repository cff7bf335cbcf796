import type { DeviceLimits } from "@benn/core";
import * as tf from "@tensorflow/tfjs";

/** What the active backend's threads give at most: multiply-adds of a product that fits into caches, and bytes of a sum of two large arrays. */
export function measureLimits(): DeviceLimits {
  const best = (run: () => void): number => {
    let least = Infinity;
    for (let i = 0; i < 6; i++) {
      const start = performance.now();
      run();
      least = Math.min(least, performance.now() - start);
    }
    return least / 1000;
  };
  return tf.tidy(() => {
    const n = 1024;
    const a = tf.fill([n, n], 1);
    const product = best(() => tf.matMul(a, a).dispose());
    const large = tf.add(tf.fill([1 << 25], 1), 0);
    const sum = best(() => tf.add(large, large).dispose());
    return { multiplyAdds: n ** 3 / product, bytes: (12 * 2 ** 25) / sum };
  });
}
