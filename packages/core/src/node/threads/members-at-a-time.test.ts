import { expect, test } from "vitest";
import type { Config } from "../../config.ts";
import { resolveConfig } from "../../train/resolve-config.ts";
import { toyContainer } from "../../train/toy-problem.ts";
import { membersAtATime } from "./members-at-a-time.ts";

const container = toyContainer();
const base = {
  dataset: "blobs",
  architecture: "linear",
  binarizer: "none",
  scheme: "bag",
  voter: "sum",
  backend: { name: "cpu" },
  mode: "independent",
  members: 5,
} satisfies Config;

const share = { lanes: 4, options: (lane: number, lanes: number) => ({ threads: 8 / lanes, card: lane % 2 }) };
const atATime = (own: Config, of: typeof share | undefined = share) =>
  membersAtATime(resolveConfig({ ...base, ...own }, container), container, of);

test("as many members train at a time as the backend has lanes, or as are set, but not more than there are", () => {
  expect(atATime({}).count).toBe(4);
  expect(atATime({ members: 3 }).count).toBe(3);
  expect(atATime({ parallel: 2 }).count).toBe(2);
  expect(atATime({ parallel: 9 }).count).toBe(5);
});

test("a backend that does not share trains one at a time, and has the same options in each thread where more are set", () => {
  expect(membersAtATime(resolveConfig(base, container), container, undefined).count).toBe(1);
  const { count, configOf } = membersAtATime(resolveConfig({ ...base, parallel: 2 }, container), container, undefined);
  expect(count).toBe(2);
  expect([0, 1].map((thread) => configOf(thread).backend)).toEqual([{ name: "cpu" }, { name: "cpu" }]);
});

test("each thread's backend has the options of its lane, of as many as there are", () => {
  const { configOf } = atATime({ parallel: 2 });
  expect([0, 1].map((thread) => configOf(thread).backend)).toEqual([
    { name: "cpu", threads: 4, card: 0 },
    { name: "cpu", threads: 4, card: 1 },
  ]);
  expect(configOf(0)).toMatchObject({ scheme: { name: "bag" }, members: [{ count: 5 }] });
});

test("only members that do not depend on one another train side by side", () => {
  expect([atATime({ mode: "sequential" }).count, atATime({ scheme: "boost" }).count]).toEqual([1, 1]);
  expect(() => atATime({ parallel: 2, mode: "sequential" })).toThrow("each member depends on the one before");
  expect(() => atATime({ parallel: 2, scheme: "boost" })).toThrow("scheme=boost");
});
