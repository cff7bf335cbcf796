import { expect, test } from "vitest";
import { averageRows } from "./average-rows.ts";

test("rows of the same kernel and part are added up, and one step gets its share, the longest first", () => {
  const [add, product] = [
    { kernel: "Add", part: "", calls: 2, milliseconds: 1, bytes: 8, bound: "bytes" },
    { kernel: "MatMul", part: "matmul", calls: 1, milliseconds: 3, macs: 100, bytes: 40, bound: "multiplyAdds" },
  ] as const;
  expect(averageRows([[add, product, { ...add, milliseconds: 2 }], [add]])).toEqual([
    { ...add, calls: 3, milliseconds: 2, bytes: 12 },
    { ...product, calls: 0.5, milliseconds: 1.5, macs: 50, bytes: 20 },
  ]);
});

test("parts of one kernel stay apart, whatever their names hold", () => {
  const row = { calls: 1, milliseconds: 1 };
  expect(averageRows([[{ kernel: "a/b", part: "c", ...row }], [{ kernel: "a", part: "b/c", ...row }]])).toHaveLength(2);
});
