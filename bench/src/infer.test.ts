import { expect, test } from "vitest";
import { benchJson } from "../test/bench-json.ts";
import { PEERS, peerVersion } from "./peers.ts";

test("bench infer races packed members with every runtime that is here, to the same logits, and names those that are not", async () => {
  const [one, batch, sb, ab] = await benchJson("infer", "--width", "0.1", "--rounds", "2");
  const here = PEERS.filter((name) => peerVersion(name) !== undefined);
  const absent = PEERS.filter((name) => !here.includes(name));
  for (const table of [one, batch]) {
    expect(table?.rows.map((row) => row[""])).toEqual([
      ...["one SB member", "one AB member", "six SB members"].map((name) => `@benn/packed, ${name}`),
      ...here,
      "tfjs-backend-wasm",
    ]);
    for (const row of table?.rows.slice(3) ?? []) expect(row["differs by, %"]).toBeLessThan(0.01);
    expect(table?.notes).toEqual(absent.map((name) => `not taking part: ${name}: not here; \`pnpm bench infer --fetch\` gets it`));
  }
  for (const row of [...(sb?.rows ?? []), ...(ab?.rows ?? [])]) expect(row["% of the limit"] ?? 0).toBeLessThanOrEqual(100);
});

test("bench infer counts bits as asked", async () => {
  const tables = await benchJson("infer", "--width", "0.1", "--rounds", "1", "--kernel", "scalar");
  expect(tables.slice(2).map(({ title }) => title)).toEqual(
    ["SB", "AB"].map((name) => `${name} member, node by node (scalar popcount, best of many rounds)`),
  );
});

test("bench infer times a packed member of any architecture alone, on images of any size", async () => {
  const tables = await benchJson("infer", "--architecture", "birealnet18", "--side", "64", "--width", "0.02", "--rounds", "1");
  expect(tables.map(({ title }) => title)).toEqual([
    "Batch of 1, one thread, median of 1 rounds",
    "Batch of 32, one thread, median of 1 rounds",
    expect.stringMatching(/^birealnet18 member, node by node/),
  ]);
  const [one, batch, nodes] = tables;
  for (const table of [one, batch]) {
    expect(table?.rows.map((row) => row[""])).toEqual(["@benn/packed, one birealnet18 member"]);
    expect(table?.rows[0]?.["ms an image"]).toBeGreaterThan(0);
  }
  expect(nodes?.rows.at(-1)).toMatchObject({ output: "1×1×1000" });
  expect(nodes?.notes?.[0]).toMatch(/^together: [\d.]+ ms$/);
});

test("bench infer times layers of several bits, and refuses more than 8", async () => {
  const tables = await benchJson("infer", "--architecture", "nin", "--width", "0.1", "--rounds", "1", "--bits", "2x3");
  const layers = tables.at(-1)?.rows.filter((row) => row[""] === "planeConv");
  expect(layers).toHaveLength(5);
  for (const layer of layers ?? []) expect(layer["GMAC/s"]).toBeGreaterThan(0);
  await expect(benchJson("infer", "--architecture", "nin", "--bits", "2x9")).rejects.toThrow(/bits of activations and of weights, 1 to 8/);
});
