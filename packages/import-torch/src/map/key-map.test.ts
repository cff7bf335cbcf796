import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isIgnored, placeOf, readKeyMap } from "./key-map.ts";

async function fileOf(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "benn-key-map-")), "map.json");
  await writeFile(path, text);
  return path;
}

test("a key map is read from JSON", async () => {
  const path = await fileOf(
    '{ "modules": { "features.0": "conv1" }, "keys": { "w": { "to": "fc/kernel", "flattened": [256, 6, 6] } }, "ignore": ["aux.*"] }',
  );
  expect(await readKeyMap(path)).toEqual({
    modules: { "features.0": "conv1" },
    keys: { w: { to: "fc/kernel", flattened: [256, 6, 6] } },
    ignore: ["aux.*"],
  });
  expect(await readKeyMap(await fileOf("{}"))).toEqual({ modules: {}, keys: {}, ignore: [] });
});

test("a mistake in it is told by its place", async () => {
  await expect(readKeyMap("/nowhere/map.json")).rejects.toThrow(/^key map \/nowhere\/map\.json: cannot be read \(ENOENT/);
  await expect(readKeyMap(await fileOf("{"))).rejects.toThrow(/map\.json: is not JSON/);
  await expect(readKeyMap(await fileOf('{ "module": {} }'))).rejects.toThrow(
    /map\.json: unknown key "module"\. It may hold modules, keys and ignore\.$/,
  );
  await expect(readKeyMap(await fileOf('{ "keys": { "w": { "to": "fc", "flattened": [1, 2] } } }'))).rejects.toThrow(/keys\.w/);
});

test("a weight goes to whichever of its kind the layer has; names of an object's own are none", () => {
  const map = { modules: { a: "conv", "b.bn": "norm" }, keys: {}, ignore: [] };
  const has = (name: string) => ["conv/kernel", "conv/bias", "norm/gamma", "norm/beta", "norm/moving_mean"].includes(name);
  const to = (key: string) => placeOf(map, key, has)?.to;
  expect(["a.weight", "module.a.bias", "b.bn.weight", "module.b.bn.bias", "b.bn.running_mean"].map(to)).toEqual([
    "conv/kernel",
    "conv/bias",
    "norm/gamma",
    "norm/beta",
    "norm/moving_mean",
  ]);
  for (const key of [
    "b.bn.running_var",
    "b.weight",
    "a",
    "weight",
    "",
    "a.constructor",
    "constructor.weight",
    "__proto__",
    "toString",
    "a.weight-g",
    "a.module.weight",
  ]) {
    expect(to(key), key).toBeUndefined();
  }
});

test("in a pattern of what is ignored a star stands for anything, and no letter counts twice", () => {
  const ignores = (pattern: string, key: string) => isIgnored({ modules: {}, keys: {}, ignore: [pattern] }, key);
  for (const [pattern, key] of [
    ["aux.*", "aux.conv.weight"],
    ["aux.*", "module.aux.conv.weight"],
    ["*.mask", "a.b.mask"],
    ["a*b*c", "abc"],
    ["a*b*c", "a.b.b.c"],
    ["ab*ba", "abba"],
    ["w", "w"],
    ["*a*", "abc"],
    ["a*a", "aa"],
  ] as const)
    expect(ignores(pattern, key), `${pattern} ${key}`).toBe(true);
  for (const [pattern, key] of [
    ["aux.*", "conv.aux.weight"],
    ["*.mask", "a.mask.b"],
    ["ab*ba", "aba"],
    ["x*ab*b", "xab"],
    ["a*b*c", "acc"],
    ["w", "w.w"],
    ["a*a", "a"],
  ] as const)
    expect(ignores(pattern, key), `${pattern} ${key}`).toBe(false);
  for (const counter of ["a.bn.num_batches_tracked", "num_batches_tracked"]) expect(ignores("nothing", counter), counter).toBe(true);
  for (const other of ["a.num_batches_tracked.weight", "a.my_num_batches_tracked"]) expect(ignores("nothing", other), other).toBe(false);
});

test("empty names and sizes below 1 are no key map", async () => {
  for (const text of ['{ "modules": { "a": "" } }', '{ "keys": { "a": "" } }', '{ "keys": { "a": { "to": "" } } }', '{ "ignore": [""] }'])
    await expect(readKeyMap(await fileOf(text)), text).rejects.toThrow(/key map/);
  for (const sizes of ["[0, 1, 1]", "[1, 0, 1]", "[1, 1, 0]", "[1, 1.5, 1]"])
    await expect(readKeyMap(await fileOf(`{ "keys": { "w": { "to": "fc", "flattened": ${sizes} } } }`))).rejects.toThrow(/keys\.w/);
  expect((await readKeyMap(await fileOf('{ "keys": { "w": { "to": "fc" } } }'))).keys).toEqual({ w: { to: "fc" } });
});
