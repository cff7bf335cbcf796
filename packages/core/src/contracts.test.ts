import { expect, test } from "vitest";
import { DEFAULTS } from "./container.ts";
import { CONTRACTS } from "./contracts.ts";
import { keysOf } from "./named-contracts.ts";

test("tokens are symbols by name, so that two copies of core have the same ones", () => {
  const names = Object.fromEntries(Object.entries(CONTRACTS).map(([key, { token }]) => [key, Symbol.keyFor(token as symbol)]));
  expect(names).toEqual({
    dataset: "benn.datasets",
    architecture: "benn.architectures",
    binarizer: "benn.binarizers",
    scheme: "benn.schemes",
    voter: "benn.voters",
    loss: "benn.losses",
    optimizer: "benn.optimizers",
    schedule: "benn.schedules",
    metrics: "benn.metrics",
    backend: "benn.backends",
    listeners: "benn.listeners",
    views: "benn.views",
    presets: "benn.presets",
    keyMaps: "benn.keyMaps",
  });
  expect(Symbol.keyFor(DEFAULTS as symbol)).toBe("benn.defaults");
});

test("the table tells which contracts a run names, which each member, and which as a list", () => {
  expect(keysOf({ per: "member", many: false })).toEqual(["architecture", "binarizer", "loss", "schedule"]);
  expect(keysOf({ per: "member", many: true })).toEqual(["optimizer"]);
  expect(keysOf({ per: "run", many: false })).toEqual(["dataset", "scheme", "voter", "backend"]);
  expect(keysOf({ per: "run", many: true })).toEqual(["metrics", "listeners"]);
  const unnamed = Object.entries(CONTRACTS).filter(([, { per }]) => per === "none");
  expect(unnamed.map(([key]) => key)).toEqual(["views", "presets", "keyMaps"]);
  for (const { title } of Object.values(CONTRACTS)) expect(title).toMatch(/^\w[\w ]+$/);
});
