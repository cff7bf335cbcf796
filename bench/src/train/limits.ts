import * as tf from "@tensorflow/tfjs";

/** What this machine gives, with the engine's threads: float32 multiply-adds in caches, and bytes of a sum of two large arrays. */
export function measureLimits(): { readonly gmacs: number; readonly gigabytes: number } {
  const best = (run: () => void): number => {
    let least = Infinity;
    for (let i = 0; i < 6; i++) {
      const start = performance.now();
      run();
      least = Math.min(least, performance.now() - start);
    }
    return least;
  };
  return tf.tidy(() => {
    const n = 1024;
    const a = tf.fill([n, n], 1);
    const product = best(() => tf.matMul(a, a).dispose());
    const large = tf.add(tf.fill([1 << 25], 1), 0);
    const sum = best(() => tf.add(large, large).dispose());
    return { gmacs: n ** 3 / product / 1e6, gigabytes: (12 * 2 ** 25) / sum / 1e6 };
  });
}
