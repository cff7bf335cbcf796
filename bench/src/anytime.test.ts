import { expect, test } from "vitest";
import { benchJson } from "../test/bench-json.ts";

test("bench anytime tells for each vote how many members it spares, and that a vote with a bound costs nothing", async () => {
  const tiny = ["--members", "3", "--epochs", "1", "--width", "0.0625", "--rows", "400", "--images", "60"];
  const [table] = await benchJson("anytime", ...tiny);
  expect(table?.title).toBe("3 members of nin, 60 test images");
  const rows = table?.rows ?? [];
  expect(rows.map((row) => row[""])).toEqual(["soft", "softmax", "hard"]);
  for (const row of rows) {
    const [from, spared, to] = [row["95 % from"], row["spared, %"], row["to"]].map(Number) as [number, number, number];
    expect(spared).toBeCloseTo(100 * (1 - Number(row["members run"]) / 3), 9);
    expect(from).toBeLessThanOrEqual(spared);
    expect(to).toBeGreaterThanOrEqual(spared);
    expect(Number(row["accuracy, %"]) - Number(row["of all, %"])).toBeCloseTo(Number(row["points more"]), 9);
  }
  for (const row of rows.slice(1)) expect([row["other class, %"], row["points more"]]).toEqual([0, 0]);
  expect(table?.notes?.[0]).toContain("that 300 held-out rows gave");
});
