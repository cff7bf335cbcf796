// Your own binarizer: signs whose gradient is that of tanh(t·x), steep for a large t. Try it:
//
//     benn train --plugin ./examples/tanh-sign.ts --set binarizer.name=tanh-sign binarizer.temperature=2
//
// Forward the sign is exact; backward it is replaced by a smooth function, as in R. Gong et al., "Differentiable Soft Quantization", ICCV 2019.
import { type Binarizer, BINARIZERS, definePlugin, z } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

const signLikeTanh = (temperature: number) =>
  tf.customGrad<tf.Tensor>((x, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor]);
    // 0 becomes +1: a sign of 0 would be a third value.
    const value = tf.sub(tf.mul(tf.cast(tf.greaterEqual(x as tf.Tensor, 0), "float32"), 2), 1);
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
      tf.mul(dy, tf.mul(temperature, tf.sub(1, tf.square(tf.tanh(tf.mul(saved!, temperature))))));
    return { value, gradFunc };
  });

export function tanhSign(temperature: number): Binarizer {
  const sign = signLikeTanh(temperature);
  return {
    bits: { activations: 1, kernel: 1 },
    activations: (x) => tf.tidy(() => sign(x)),
    // Each filter is scaled by the mean of |w|, as in XNOR-Net.
    kernel: (w) => tf.tidy(() => tf.mul(sign(w), tf.mean(tf.abs(w), [...w.shape.keys()].slice(0, -1)))),
    project: (w) => tf.clipByValue(w, -1, 1),
  };
}

export default definePlugin({
  name: "tanh-sign",
  register(container) {
    container.resolve(BINARIZERS).add("tanh-sign", {
      description: "signs with the gradient of tanh",
      options: z.object({ temperature: z.number().positive().default(1).describe("steepness of tanh") }),
      create: ({ temperature }) => tanhSign(temperature),
    });
  },
});
