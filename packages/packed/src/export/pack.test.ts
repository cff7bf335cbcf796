import { expect, test } from "vitest";
import { encodeModel } from "./encode-model.ts";
import { packModel } from "./pack.ts";

test("a file that a page packs has the bytes of one that Node writes", async () => {
  const header = { shape: [2, 2, 3], labels: ["ä", "b"], voter: "soft", preprocessing: "none" } as const;
  const tensors = new Map([["0.kernel", { dtype: "F32", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) } as const]]);
  const members = [{ architecture: "any", alpha: 0.5, nodes: [] }];
  expect(Buffer.compare(await packModel(header, members, tensors), encodeModel(header, members, tensors))).toBe(0);
});
