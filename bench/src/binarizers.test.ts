import { expect, test } from "vitest";
import { benchJson } from "../test/bench-json.ts";
import { quotedCommands } from "../test/quoted-commands.ts";

const SMALL = ["--width", "0.04", "--batch", "2", "--rounds", "1", "--steps", "1", "--threads", "1"];

test("bench binarizers times every binarizer in training and in evaluation beside deterministic", async () => {
  const quoted = quotedCommands("binarizers").find(({ words }) => !words.includes("webgpu"));
  const tables = await benchJson(...(quoted?.words ?? ["binarizers"]), ...SMALL, "--net", "sb");
  expect(tables.map(({ title }) => title.split(",")[2])).toEqual([" batch 2: training", " batch 2: evaluation"]);
  for (const { rows, notes } of tables) {
    const names = ["deterministic", "approx-sign", "ede", "rsign", "recu", "own-declared", "own-undeclared"];
    expect(rows.map((row) => row[""])).toEqual(names);
    expect(rows[0]).toMatchObject({ "×": 1, from: 1, to: 1, "CPU ×": 1 });
    for (const row of rows) expect(row["images/s"]).toBeCloseTo(2000 / Number(row["ms"]), 6);
    expect(notes).toHaveLength(1);
  }
});
