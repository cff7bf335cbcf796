import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { create } from "../test/use-software-gpu.ts";

test("every program is timed with the bytes of its tensors, and the products of our own with their multiply-adds", async () => {
  const backend = create();
  await backend.activate();
  const [x, dy] = [tf.ones<tf.Rank.R4>([2, 8, 8, 3]), tf.ones<tf.Rank.R4>([2, 8, 8, 5])];
  await Promise.all([x.data(), dy.data()]);
  const results: tf.Tensor[] = [];
  const rows = await backend.profile?.(() => {
    results.push(tf.sqrt(x));
    results.push(
      tf.engine().runKernel<tf.Tensor>(
        "Conv2DBackpropFilter",
        { x, dy },
        {
          strides: [1, 1],
          pad: "same",
          dataFormat: "NHWC",
          filterShape: [3, 3, 3, 5],
        },
      ),
    );
  });
  const product = rows?.find(({ kernel }) => kernel.startsWith("benn_product_gradientOfKernel"));
  expect(product).toMatchObject({ calls: 1, macs: 3 * 3 * 3 * 5 * (2 * 8 * 8), bound: "multiplyAdds" });
  const root = rows?.find(({ kernel, part }) => part === "2×8×8×3" && !kernel.startsWith("benn_"));
  expect(root).toMatchObject({ calls: 1, bytes: 2 * 4 * (2 * 8 * 8 * 3), bound: "bytes" });
  tf.dispose([x, dy, ...results]);
});
