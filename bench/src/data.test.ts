import { expect, test } from "vitest";
import { benchJson } from "../test/bench-json.ts";

test("bench data reads the same pictures from folders, shards and a database, in each way and with each number of threads", async () => {
  const [table] = await benchJson("data", "--pictures", "4", "--rounds", "1", "--threads", "1,2");
  expect(table?.title).toMatch(/^4 pictures/);
  expect(table?.notes).toEqual([]);
  const ways = ["resized-crop", "crop", "evaluation"].flatMap((way) => [`${way} 1`, `${way} 2`]);
  expect(table?.rows.map((row) => `${row[""]} ${row["way"]} ${row["threads"]}`)).toEqual(
    ["folders", "shards", "lmdb"].flatMap((source) => ways.map((way) => `${source} ${way}`)),
  );
  for (const row of table?.rows ?? []) expect(row["images/s"]).toBeGreaterThan(0);
});
