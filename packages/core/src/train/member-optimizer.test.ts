import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { Optimizer, ParameterStep, UpdateStep } from "../optimizer.ts";
import { MemberOptimizer, memberOptimizer, type NamedOptimizer } from "./member-optimizer.ts";
import { SignConv2D } from "./sign-conv2d.ts";

beforeAll(() => tf.setBackend("cpu"));

/** Gradient descent with a slot that counts the steps; records its calls. */
function counting(name: string, claims?: Optimizer["claims"]) {
  const calls: { steps: readonly ParameterStep[]; at: UpdateStep; names: string[] }[] = [];
  const optimizer: Optimizer = {
    slots: ["count"],
    ...(claims ? { claims } : {}),
    update(steps, at) {
      calls.push({ steps, at, names: steps.map(({ parameter }) => parameter.name) });
      return steps.map(({ weight, gradient, slots }) => ({
        weight: tf.sub(weight, tf.mul(gradient, at.learningRate)),
        slots: { count: tf.add(slots["count"]!, 1) },
      }));
    },
  };
  return { name, optimizer, calls };
}

let made = 0;
const parameter = (name: string, shape: number[], isBinaryKernel = false) => ({
  name,
  isBinaryKernel,
  variable: tf.variable(tf.ones(shape), true, `${name}-${made++}`),
});
const gradientsOf = (optimizer: MemberOptimizer, value = 1) =>
  Object.fromEntries(optimizer.variables.map((variable) => [variable.name, tf.fill(variable.shape, value)]));

test("each parameter goes to the first that claims it, with the rate, its share and the step", async () => {
  const [flips, rest] = [counting("flips", ({ isBinaryKernel }) => isBinaryKernel), counting("rest")];
  const parameters = [parameter("a/kernel", [2]), parameter("b/kernel", [3], true), parameter("b/bias", [1])];
  const optimizer = new MemberOptimizer(parameters, [flips, rest]);
  expect(optimizer.step).toBe(0);
  const { numTensors } = tf.memory();
  const gradients = gradientsOf(optimizer, 2);
  optimizer.apply(gradients, 0.25, 0.5);
  optimizer.apply(gradients, 0.25);
  tf.dispose(gradients);
  expect(optimizer.step).toBe(2);
  expect(flips.calls.map(({ names, at }) => [names, at])).toEqual([
    [["b/kernel"], { learningRate: 0.25, scheduled: 0.5, step: 1 }],
    [["b/kernel"], { learningRate: 0.25, scheduled: 1, step: 2 }],
  ]);
  expect(rest.calls[0]?.names).toEqual(["a/kernel", "b/bias"]);
  expect(flips.calls[0]?.steps[0]?.parameter).toEqual({ name: "b/kernel", isBinaryKernel: true });
  for (const { variable } of parameters) expect([...variable.dataSync()]).toEqual(Array.from({ length: variable.size }, () => 0));
  const slots = await optimizer.slots();
  expect(Object.keys(slots)).toEqual(["count"]);
  expect([...slots["count"]!].toSorted(([a], [b]) => a.localeCompare(b))).toEqual([
    ["a/kernel", { shape: [2], values: Float32Array.of(2, 2) }],
    ["b/bias", { shape: [1], values: Float32Array.of(2) }],
    ["b/kernel", { shape: [3], values: Float32Array.of(2, 2, 2) }],
  ]);
  expect(tf.memory().numTensors).toBe(numTensors);
  optimizer.dispose();
  expect(tf.memory().numTensors).toBe(numTensors - 3);
});

test("a variable without a gradient stays as it is", () => {
  const all = counting("all");
  const optimizer = new MemberOptimizer([parameter("a", [1]), parameter("b", [1])], [all]);
  const [, second] = optimizer.variables;
  optimizer.apply({ [second!.name]: tf.ones([1]) }, 1);
  expect(all.calls.map(({ names }) => names)).toEqual([["b"]]);
  optimizer.apply({}, 1);
  expect(all.calls).toHaveLength(1);
});

test("parameters are updated together up to a million weights, and all of them are", () => {
  const all = counting("all");
  const half = 1 << 19;
  const optimizer = new MemberOptimizer(
    [parameter("a", [half]), parameter("b", [half]), parameter("c", [1]), parameter("d", [2 * half]), parameter("e", [1])],
    [all],
  );
  const gradients = gradientsOf(optimizer);
  optimizer.apply(gradients, 1);
  expect(all.calls.map(({ names }) => names)).toEqual([["a", "b"], ["c"], ["d"], ["e"]]);
  optimizer.dispose();
});

test("a parameter that none claims is named, of many the first three", () => {
  const flips = counting("flips", ({ isBinaryKernel }) => isBinaryKernel);
  const binary = parameter("k", [1], true);
  const message = (...names: string[]) => {
    try {
      const rules = [flips, counting("none", () => false)];
      return new MemberOptimizer([binary, ...names.map((name) => parameter(name, [1]))], rules).step.toString();
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(message("a", "b", "c")).toBe(
    'optimizer flips, none: leaves a, b, c to another. Name one that takes them, for example optimizer=["flips","none","adam"].',
  );
  expect(message("a", "b", "c", "d", "e")).toContain("leaves a, b, c and 2 more to another.");
});

test("one that those before it leave nothing is refused; one that claims nothing here is not", () => {
  const parameters = [parameter("a", [1])];
  expect(() => new MemberOptimizer(parameters, [counting("all"), counting("more")])).toThrow(
    'optimizer more: gets no parameter, since those before it in optimizer=["all","more"] take all that it claims. Put it before them, or leave it out.',
  );
  expect(() => new MemberOptimizer(parameters, [counting("all"), counting("kernels", ({ name }) => name === "a")])).toThrow(
    "optimizer kernels:",
  );
  expect(
    new MemberOptimizer(parameters, [counting("flips", ({ isBinaryKernel }) => isBinaryKernel), counting("all")]).variables,
  ).toHaveLength(1);
});

test("slots have names that a checkpoint can keep", () => {
  const named = (slot: string): NamedOptimizer => ({ name: "mine", optimizer: { slots: ["fine", slot], update: () => [] } });
  for (const slot of ["weights", "best", "", "1st", "a-b", "a:b", "_a"])
    expect(() => new MemberOptimizer([parameter("a", [1])], [named(slot)])).toThrow(
      `optimizer mine: has a slot named "${slot}". Name it by letters and digits, and not weights or best.`,
    );
  for (const slot of ["a", "velocity2", "first_moment", "Best"]) new MemberOptimizer([parameter("a", [1])], [named(slot)]).dispose();
});

test("it goes on from saved slots, and refuses those of another", async () => {
  const all = counting("all");
  const optimizer = new MemberOptimizer([parameter("a", [2])], [all]);
  const { numTensors } = tf.memory();
  optimizer.restore(7, { count: new Map([["a", { shape: [2], values: Float32Array.of(5, 6) }]]) });
  expect(tf.memory().numTensors).toBe(numTensors);
  optimizer.apply(gradientsOf(optimizer), 1);
  expect(all.calls[0]?.at.step).toBe(8);
  expect((await optimizer.slots())["count"]?.get("a")?.values).toEqual(Float32Array.of(6, 7));
  for (const saved of [{}, { count: new Map() }, { other: new Map() }])
    expect(() => optimizer.restore(1, saved)).toThrow('the checkpoint has no count of "a". Resume with the optimizer it was saved by.');
});

test("what an optimizer leaves out is an error, and what it gives back unchanged stays", async () => {
  const giving = (update: Optimizer["update"]) => {
    const optimizer = new MemberOptimizer([parameter("a", [1])], [{ name: "mine", optimizer: { slots: ["count"], update } }]);
    optimizer.apply(gradientsOf(optimizer), 1);
    return optimizer;
  };
  expect(() => giving(() => [])).toThrow("optimizer: gave 0 updates for 1 parameters.");
  expect(() => giving((steps) => steps.map(({ weight }) => ({ weight, slots: {} })))).toThrow(
    "optimizer: gave no new value of the slot count of a-",
  );
  const same = giving((steps) => steps.map(({ weight, slots }) => ({ weight, slots })));
  expect((await same.slots())["count"]?.get("a")?.values).toEqual(Float32Array.of(0));
  expect([...same.variables[0]!.dataSync()]).toEqual([1]);
});

test("of a model the trainable weights are updated, and kernels of 1 bit are told apart", () => {
  const signs = Object.assign(new SignConv2D({ name: "signs", filters: 2, kernelSize: 1 }), { bits: { activations: 1, kernel: 1 } });
  const few = Object.assign(new SignConv2D({ name: "few", filters: 2, kernelSize: 1 }), { bits: { activations: 1, kernel: 2 } });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: "real", inputShape: [2, 2, 1], filters: 2, kernelSize: 1 }),
      signs,
      few,
      tf.layers.batchNormalization({ name: "norm" }),
    ],
  });
  const all = counting("all");
  const optimizer = memberOptimizer(model, [all]);
  optimizer.apply(gradientsOf(optimizer), 1);
  expect(all.calls.flatMap(({ steps }) => steps.map(({ parameter: { name, isBinaryKernel } }) => [name, isBinaryKernel]))).toEqual([
    ["real/kernel", false],
    ["real/bias", false],
    ["signs/kernel", true],
    ["few/kernel", false],
    ["norm/gamma", false],
    ["norm/beta", false],
  ]);
  optimizer.dispose();
});
