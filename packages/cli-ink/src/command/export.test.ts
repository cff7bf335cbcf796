import { expect, test } from "vitest";
import { verificationLines } from "./export.ts";

const same = { otherClass: 0, otherLogits: 0, largestDifference: 0 };
const images = { images: 1000, pictures: true };

test("a file with the bits of its graphs is said to have them, whatever computed those", () => {
  for (const backend of ["wasm", "node"]) {
    expect(verificationLines({ ...images, members: [same, same], votes: { soft: 0 } }, backend)).toEqual([
      "verified on 1,000 test images, given as pictures: every logit of its members has the training graph's bits, and every vote its class",
    ]);
  }
});

test("a file that differs tells by how much, and of graphs of another backend that no file has their bits", () => {
  const members = [same, { otherClass: 3, otherLogits: 20, largestDifference: 0.00123 }];
  const lines = (backend: string) => verificationLines({ ...images, members, votes: { soft: 1, hard: 0 } }, backend);
  expect(lines("wasm")).toEqual([
    "differs from the training graphs on 1,000 test images, given as pictures:",
    "  member 2 has other logits for 20, by up to 0.0012, and another class for 3",
    "  the soft vote has another class for 1",
  ]);
  expect(lines("node").slice(0, 3)).toEqual(lines("wasm"));
  expect(lines("node").slice(3).join(" ")).toMatch(/computed by node.* on wasm alone/);
});
