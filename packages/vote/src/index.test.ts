import { createContainer, VOTERS } from "@benn/core";
import { expect, test } from "vitest";
import plugin, { softmaxVote } from "./index.ts";

test("the three votes are registered by name", () => {
  const container = createContainer();
  void plugin.register(container);
  expect(container.resolve(VOTERS).names()).toEqual(["hard", "soft", "softmax"]);
  expect(container.resolve(VOTERS).create("softmax")).toBe(softmaxVote);
});
