import { type KeyMap, UserError } from "@benn/core";
import { describe, expect, test } from "vitest";
import { f32, readFixture, values } from "../../test/fixtures.ts";
import { readCheckpoint } from "../checkpoint/read-checkpoint.ts";
import { mapWeights, type TargetNet } from "./map-weights.ts";

const checkpoint = readCheckpoint(readFixture("torch", "zip.pth.tar"), "x.pth");
const keyMap: KeyMap = {
  modules: { conv: "first", bn: "norm" },
  keys: { "fc.weight": { to: "last/kernel", flattened: [3, 2, 2] }, "fc.bias": "last/bias" },
  ignore: [],
};
const net: TargetNet = {
  label: "small",
  weights: new Map([
    ["last/kernel", [12, 4]],
    ["last/bias", [4]],
    ["first/kernel", [3, 3, 2, 3]],
    ["first/bias", [3]],
    ["norm/gamma", [3]],
    ["norm/beta", [3]],
    ["norm/moving_mean", [3]],
    ["norm/moving_variance", [3]],
  ]),
};
const map = (target: TargetNet = net, by: KeyMap = keyMap) => mapWeights(checkpoint, target, by, "x.pth");

test("every weight finds its place, in the net's order and layout", () => {
  const mapped = map();
  expect(mapped.map(({ from, to }) => `${from} → ${to}`)).toEqual([
    "module.fc.weight → last/kernel",
    "module.fc.bias → last/bias",
    "module.conv.weight → first/kernel",
    "module.conv.bias → first/bias",
    "module.bn.weight → norm/gamma",
    "module.bn.bias → norm/beta",
    "module.bn.running_mean → norm/moving_mean",
    "module.bn.running_var → norm/moving_variance",
  ]);
  const read = new Map(mapped.map(({ to, view }) => [to, [...checkpoint.read(view)]]));

  const conv = f32(values(0, 54)); // [filters 3, channels 2, height 3, width 3]
  const at = (o: number, i: number, y: number, x: number) => conv[((o * 2 + i) * 3 + y) * 3 + x];
  const three = [0, 1, 2];
  expect(read.get("first/kernel")).toEqual(
    three.flatMap((y) => three.flatMap((x) => [0, 1].flatMap((i) => three.map((o) => at(o, i, y, x))))),
  );

  const dense = f32(values(7, 48)); // [units 4, channels 3 · height 2 · width 2]
  const input = (unit: number, c: number, y: number, x: number) => dense[unit * 12 + (c * 2 + y) * 2 + x];
  expect(read.get("last/kernel")).toEqual(
    [0, 1].flatMap((y) => [0, 1].flatMap((x) => three.flatMap((c) => [0, 1, 2, 3].map((unit) => input(unit, c, y, x))))),
  );
  expect(read.get("norm/moving_variance")).toEqual(f32(values(5, 3).map((x) => x + 1)));
});

test("an image that is not square, and a batch norm behind it", () => {
  const target = { label: "small", weights: new Map([["last/kernel", [12, 4]]]) };
  const keys: KeyMap["keys"] = { "fc.weight": { to: "last/kernel", flattened: [2, 3, 2] } };
  const [kernel] = map(target, { modules: {}, keys, ignore: ["conv.*", "bn.*", "fc.bias"] });
  const dense = f32(values(7, 48));
  const inputs = [0, 1, 2].flatMap((y) => [0, 1].flatMap((x) => [0, 1].map((c) => (c * 3 + y) * 2 + x)));
  expect(kernel && [...checkpoint.read(kernel.view)]).toEqual(
    inputs.flatMap((input) => [0, 1, 2, 3].map((unit) => dense[unit * 12 + input])),
  );

  const norm = { label: "small", weights: new Map([["norm/gamma", [4]]]) };
  const [gamma] = map(norm, {
    modules: {},
    keys: { "fc.bias": { to: "norm/gamma", flattened: [2, 1, 2] } },
    ignore: ["conv.*", "bn.*", "fc.weight"],
  });
  const flat = f32(values(8, 4).map((x) => x + 1));
  expect(gamma && [...checkpoint.read(gamma.view)]).toEqual([0, 2, 1, 3].map((i) => flat[i]));
});

test("a dense kernel behind no image is transposed alone", () => {
  const dense = f32(values(7, 48));
  const { keys: _keys, ...rest } = keyMap;
  const mapped = map(net, { ...rest, keys: {}, modules: { ...keyMap.modules, fc: "last" } });
  const kernel = mapped.find(({ to }) => to === "last/kernel");
  expect(kernel && [...checkpoint.read(kernel.view)]).toEqual(
    Array.from({ length: 12 }, (_, i) => [0, 1, 2, 3].map((unit) => dense[unit * 12 + i])).flat(),
  );
});

describe("what does not fit is listed, all of it", () => {
  const without = (name: string): TargetNet => ({ ...net, weights: new Map([...net.weights].filter(([key]) => key !== name)) });
  const cases: readonly (readonly [string, TargetNet, KeyMap, RegExp])[] = [
    ["a key without a place", without("norm/beta"), keyMap, /does not fit small: 1 extra\. .*\n {2}extra {6}module\.bn\.bias \[3\]$/s],
    ["a place that the net does not have", without("last/bias"), keyMap, /\n {2}extra {6}module\.fc\.bias \[4\]: there is no last\/bias$/],
    ["a module that is not mapped", net, { ...keyMap, modules: { conv: "first" } }, /does not fit small: 4 missing, 4 extra\./],
    [
      "other shapes",
      { ...net, weights: new Map([...net.weights, ["first/kernel", [3, 3, 2, 6]], ["first/bias", [6]]]) },
      keyMap,
      /2 misshapen\..*module\.conv\.weight \[3, 2, 3, 3\], in our order \[3, 3, 2, 3\]: first\/kernel is \[3, 3, 2, 6\]\n.*module\.conv\.bias \[3\], in our order \[3\]: first\/bias is \[6\]$/s,
    ],
    [
      "an image that the inputs are not",
      net,
      { ...keyMap, keys: { ...keyMap.keys, "fc.weight": { to: "last/kernel", flattened: [3, 2, 3] } } },
      /module\.fc\.weight \[4, 12\]: its inputs are not a flattened \[3, 2, 3\]/,
    ],
    [
      "one place for two keys",
      net,
      { ...keyMap, keys: { ...keyMap.keys, "fc.bias": "first/bias" } },
      /1 missing, 1 doubled\..*first\/bias: module\.conv\.bias and module\.fc\.bias/s,
    ],
    [
      "a missing weight",
      { ...net, weights: new Map([...net.weights, ["more/bias", [7]]]) },
      keyMap,
      /1 missing\. .*\n {2}missing {4}more\/bias \[7\]$/s,
    ],
  ];
  test.for(cases)("%s", ([, target, by, says]) => {
    expect(() => map(target, by)).toThrow(says);
    expect(() => map(target, by)).toThrow(UserError);
    expect(() => map(target, by)).toThrow(/^x\.pth: /);
  });

  test("but no more than a screen or two of it", () => {
    const weights = new Map([...net.weights, ...Array.from({ length: 500 }, (_, i) => [`more/${i}`, [1]] as const)]);
    expect(() => map({ label: "small", weights })).toThrow(/\n {2}and 300 more$/);
    const most = new Map([...weights].slice(0, net.weights.size + 200));
    expect(() => map({ label: "small", weights: most })).toThrow(/\n {2}missing {4}more\/199 \[1\]$/);
  });
});

test("keys may be ignored, by name or by pattern, and counters always are", () => {
  const target = { label: "small", weights: new Map([["first/kernel", [3, 3, 2, 3]]]) };
  const names = (ignore: string[]) => map(target, { ...keyMap, ignore }).map(({ to }) => to);
  expect(names(["bn.*", "fc.*", "conv.bias"])).toEqual(["first/kernel"]);
  expect(names(["*.bias", "bn.*weight", "bn*running*", "*c.*"])).toEqual(["first/kernel"]);
  expect(() => names(["bn.*"])).toThrow(/3 extra/);
  expect(() => names(["b*s*n"])).toThrow(/7 extra/);
});

test.for(["", "net.", "model.backbone.", "module.", "module.net.", "_orig_mod."])(
  "a prefix that all keys share is taken off: %j",
  (prefix) => {
    const tensors = new Map([...checkpoint.tensors].map(([name, tensor]) => [name.replace(/^module\./, prefix), tensor]));
    const mapped = mapWeights({ tensors }, net, keyMap, "x.pth");
    expect(mapped.map(({ from }) => from)).toContain(`${prefix}conv.weight`);
    expect(mapped).toHaveLength(net.weights.size);
  },
);

test("a prefix is taken off the keys of modules that the map names, whatever else stands beside them", () => {
  const modules: KeyMap = { modules: { conv: "first", bn: "norm", fc: "last" }, keys: {}, ignore: ["head.*", "temperature"] };
  const tensors = new Map([...checkpoint.tensors].map(([name, tensor]) => [name.replace(/^module\./, "trunk.net."), tensor]));
  const [extra] = checkpoint.tensors.values();
  if (!extra) throw new Error("no tensor");
  const all = new Map([["temperature", extra], ...tensors, ["head.weight", extra]]);
  expect(mapWeights({ tensors: all }, net, modules, "x.pth").map(({ from }) => from)).toContain("trunk.net.conv.weight");
  // Not more than necessary is removed: most keys are known without it.
  const one = new Map([["conv.conv.weight", extra], ...checkpoint.tensors]);
  expect(() => mapWeights({ tensors: one }, net, modules, "x.pth")).toThrow(/1 extra\. .*\n {2}extra {6}conv\.conv\.weight/s);
});

test("keys without a module, and modules of which the map names none, are known by their keys", () => {
  const { keys } = keyMap;
  const target = { label: "small", weights: new Map([...net.weights].filter(([name]) => name.startsWith("last"))) };
  const dense = (prefix: string) =>
    new Map(
      [...checkpoint.tensors].filter(([name]) => name.includes("fc")).map(([name, tensor]) => [name.replace("module.fc.", prefix), tensor]),
    );
  const map: KeyMap = { modules: {}, keys: { weight: keys["fc.weight"]!, bias: keys["fc.bias"]! }, ignore: [] };
  for (const prefix of ["", "net.", "a.b."])
    expect(mapWeights({ tensors: dense(prefix) }, target, map, "x.pth").map(({ from }) => from)).toEqual([
      `${prefix}weight`,
      `${prefix}bias`,
    ]);
});

test("a prefix that the key map names itself stays", () => {
  const tensors = new Map([...checkpoint.tensors].map(([name, tensor]) => [name.replace(/^module\./, "net."), tensor]));
  const named: KeyMap = {
    modules: { "net.conv": "first", "net.bn": "norm" },
    keys: { "net.fc.weight": { to: "last/kernel", flattened: [3, 2, 2] }, "net.fc.bias": "last/bias" },
    ignore: [],
  };
  expect(mapWeights({ tensors }, net, named, "x.pth")).toHaveLength(net.weights.size);
});
