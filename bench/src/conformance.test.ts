import { expect, test } from "vitest";
import { benchJson } from "../test/bench-json.ts";

test("bench conformance counts the specs that each backend passes", async () => {
  const [table] = await benchJson("conformance", "--only", "relu");
  const [own, cpu] = table?.rows ?? [];
  expect(own).toMatchObject({ "": "benn-wasm", "%": 100 });
  expect(own?.["specs"]).toBeGreaterThan(10);
  expect(cpu).toMatchObject({ "": "cpu", specs: own?.["specs"] });
});
