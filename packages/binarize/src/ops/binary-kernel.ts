import { runTrainingKernel } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { signOf } from "./binary-sign.ts";
import { filterAxes } from "./filter-axes.ts";

/** [n, cin]: number of weights per filter, and of input channels of the kernel [height, width, cin, filters] or [cin, units]. */
function filterSize(w: tf.Tensor): readonly [n: number, inChannels: number] {
  return [w.size / (w.shape.at(-1) ?? 1), w.shape.at(-2) ?? 1];
}

/**
 * ŵ = a · s for the latent kernel w [height, width, cin, filters] or [cin, units], where a = mean |w| over the filter and s are the signs,
 * sign(w) unless given. With the gradient g of ŵ, that of w is
 *
 *     (a · g + sign(w) · Σ(g · s) / n) · (1 − 1/cin) · n
 *
 * without its first term where |w| > 1. n is the number of weights of a filter. The factor is the share of a change that centring leaves,
 * times n, which compensates for the factor 1/n of `a` in the gradient; with cin = 1 nothing is centred and the share is 1. The caller
 * disposes the result.
 * @param drawSigns for a stochastic kernel: returns −1 and +1 in the shape of w
 * @see M. Rastegari et al., "XNOR-Net", ECCV 2016, section 3.1 and equation 4; the gradient is the exact one of a · sign(w)
 */
export function binaryKernel(w: tf.Tensor, drawSigns: (w: tf.Tensor) => tf.Tensor = signOf): tf.Tensor {
  const op = tf.customGrad((latent, save) => {
    const w = latent as tf.Tensor;
    const [own] = (drawSigns === signOf && runTrainingKernel("BinaryKernel", { w })) || [];
    if (own) {
      (save as tf.GradSaveFunc)([w, own]);
      const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => {
        const [w, binary] = saved as [tf.Tensor, tf.Tensor];
        const [dw] = runTrainingKernel("BinaryKernelGrad", { w, binary, dy }) ?? [];
        if (!dw) throw new Error("binaryKernel: the backend has the kernel BinaryKernel, but not BinaryKernelGrad");
        return dw;
      };
      return { value: own, gradFunc };
    }
    const signs = drawSigns(w);
    const a = tf.mean(tf.abs(w), filterAxes(w));
    (save as tf.GradSaveFunc)([w, signs, a]);
    return {
      value: tf.mul(signs, a),
      gradFunc: (g: tf.Tensor, saved: tf.Tensor[]) => {
        const [w, signs, a] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        const [n, inChannels] = filterSize(w);
        // 1 where |w| ≤ 1; computed without booleans, which are slow on every engine.
        const within = tf.sub(1, tf.step(tf.sub(tf.abs(w), 1)));
        const through = tf.mul(tf.mul(a, g), within);
        const ofScale = tf.mul(signOf(w), tf.div(tf.sum(tf.mul(g, signs), filterAxes(w)), n));
        return tf.mul(tf.add(through, ofScale), n * (inChannels > 1 ? 1 - 1 / inChannels : 1));
      },
    };
  });
  return op(w);
}

/**
 * The projection of latent kernels: at each position of a filter, the mean over the input channels is subtracted, then weights are clipped
 * to [−1, 1]. With one input channel the difference would be 0, so the weights are only clipped. Shapes as for `binaryKernel`; the caller
 * disposes the result.
 * @see M. Rastegari et al., "XNOR-Net", ECCV 2016, section 3.1
 */
export function centreAndClip(w: tf.Tensor): tf.Tensor {
  const [own] = runTrainingKernel("CentreAndClip", { w }) ?? [];
  if (own) return own;
  const channels = w.shape.length - 2;
  return tf.tidy(() => tf.clipByValue((w.shape[channels] ?? 1) > 1 ? tf.sub(w, tf.mean(w, channels, true)) : w, -1, 1));
}
