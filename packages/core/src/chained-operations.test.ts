import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import * as tf from "./tensorflow.ts";

/** What TensorFlow.js itself registers: by method the names of its parameters and its body. */
function theirMethods(): Map<string, { parameters: string[]; body: string }> {
  const folder = join(dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-core")), "public/chained_ops");
  const methods = globSync("*.js", { cwd: folder })
    .filter((file) => !/_test|register_all/.test(file))
    .map((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      const [, name = file, parameters = "", body = ""] =
        /prototype\.(\w+)\s*=\s*function \(([^)]*)\) \{([^]*?)\n(?: {4})?\};/.exec(text) ?? [];
      const names = parameters.split(", ").filter(Boolean).map((parameter) => parameter.split(" = ")[0] ?? ""); // prettier-ignore
      return [name, { parameters: names, body: body.replace("this.throwIfDisposed();", "").trim() }] as const;
    });
  return new Map(methods);
}

const theirs = theirMethods();
const odd = [...theirs].filter(([name, { parameters, body }]) => body !== `return ${name}(${["this", ...parameters].join(", ")});`);
/** Calls a method by its name. */
const call = (x: tf.Tensor, name: string, ...args: unknown[]) =>
  (x as unknown as Record<string, (...args: unknown[]) => tf.Tensor>)[name]?.(...args);
const seen = (x: tf.Tensor | undefined) => [x?.dtype, x?.shape, x?.arraySync()];

test("tensors have every method that the union package gives them", () => {
  expect(theirs.size).toBeGreaterThan(100);
  expect([...theirs.keys()].filter((name) => !Object.hasOwn(tf.Tensor.prototype, name))).toEqual([]);
});

test("methods that are more than an operation of their name compute what TensorFlow.js's do", () => {
  const x = tf.tensor([1, 0, 3, 4], [2, 2]);
  const y = tf.fill([2, 2], 7);
  const cases: Record<string, [tf.Tensor, unknown[], unknown]> = {
    as1D: [x, [], ["float32", [4], [1, 0, 3, 4]]],
    as2D: [x, [1, 4], ["float32", [1, 4], [[1, 0, 3, 4]]]],
    as3D: [x, [1, 1, 4], ["float32", [1, 1, 4], [[[1, 0, 3, 4]]]]],
    as4D: [x, [1, 1, 1, 4], ["float32", [1, 1, 1, 4], [[[[1, 0, 3, 4]]]]]],
    as5D: [x, [1, 1, 1, 1, 4], ["float32", [1, 1, 1, 1, 4], [[[[[1, 0, 3, 4]]]]]]],
    asScalar: [tf.tensor([5]), [], ["float32", [], 5]],
    asType: [x, ["int32"], seen(tf.cast(x, "int32"))],
    concat: [x, [[y, y], 1], seen(tf.concat([x, y, y], 1))],
    flatten: [x, [], ["float32", [4], [1, 0, 3, 4]]],
    reshapeAs: [x, [tf.zeros([4, 1])], ["float32", [4, 1], [[1], [0], [3], [4]]]],
    stack: [x, [y, 2], seen(tf.stack([x, y], 2))],
    toBool: [x, [], seen(tf.cast(x, "bool"))],
    toFloat: [tf.cast(x, "int32"), [], seen(x)],
    toInt: [x, [], seen(tf.cast(x, "int32"))],
    where: [x, [tf.cast(x, "bool"), y], ["float32", [2, 2], [[1, 7], [3, 4]]]], // prettier-ignore
  };
  expect(odd.map(([name]) => name).toSorted()).toEqual(Object.keys(cases).toSorted());
  for (const [name, [on, args, result]] of Object.entries(cases)) expect(seen(call(on, name, ...args)), name).toEqual(result);
});

test("a disposed tensor refuses, and gradients flow through methods", () => {
  const x = tf.scalar(3);
  expect(
    tf
      .grad((v: tf.Tensor) => v.mul(v).sub(v))(x)
      .dataSync()[0],
  ).toBe(5);
  x.dispose();
  expect(() => x.add(1)).toThrow("disposed");
});
