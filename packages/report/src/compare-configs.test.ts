import { expect, test } from "vitest";
import { compareConfigs, flattenConfig } from "./compare-configs.ts";

test("nested keys are paths, members alike are a count, and lists of plain values stay whole", () => {
  const config = {
    name: "a",
    scheme: { name: "samme", shrinkage: 0.1 },
    epochs: 9,
    schedule: { epochs: [1, 2] },
    optimizer: [{ name: "adam" }],
    members: [{ count: 4, epochs: 3 }],
  };
  expect(flattenConfig(config)).toEqual({
    epochs: "3",
    members: "4",
    "optimizer.0.name": '"adam"',
    "schedule.epochs": "[1,2]",
    "scheme.name": '"samme"',
    "scheme.shrinkage": "0.1",
  });
  expect(
    flattenConfig({
      members: [
        { count: 1, epochs: 3 },
        { count: 2, epochs: 5 },
      ],
    }),
  ).toMatchObject({ "members.0.count": "1", "members.1.epochs": "5" });
});

test("differences are keys with another value, and those that one side lacks", () => {
  expect(compareConfigs({ a: "1", b: "2", c: "3" }, { a: "1", b: "4", d: "5" })).toEqual([
    { key: "b", before: "2", now: "4" },
    { key: "c", before: "3" },
    { key: "d", now: "5" },
  ]);
});
