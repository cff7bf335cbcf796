import type { ResolvedConfig } from "@benn/core/node";
import { expect, test } from "vitest";
import { heldOutReuses } from "./held-out-reuses.ts";

const plain = { scoreOn: "draw", stopWhen: false, given: [] } as unknown as ResolvedConfig;
const stopWhen = { patience: 1, minDelta: 0 };

test.for<[string, object, Partial<Parameters<typeof heldOutReuses>[1]>, string[]]>([
  ["nothing", {}, {}, []],
  ["the best epochs", { scoreOn: "validation" }, {}, ["the best epochs were chosen on them"]],
  ["the number of members", { stopWhen }, {}, ["they ended the ensemble"]],
  ["the vote", {}, { learns: true }, ["the vote was fitted to them"]],
  ["given members", { given: ["runs/a/members/000"] }, {}, ["given members may have been trained on them"]],
  ["imported members", {}, { origin: { format: "PyTorch" } }, ["given members may have been trained on them"]],
  ["selected members", {}, { origin: { selection: {} } }, ["the members were chosen on them"]],
  [
    "given members that were selected",
    { given: ["runs/a/members/000"] },
    { origin: { selection: {} } },
    ["the members were chosen on them", "given members may have been trained on them"],
  ],
  [
    "all of it",
    { scoreOn: "validation", stopWhen, given: ["a"] },
    { learns: true, origin: { format: "PyTorch" } },
    [
      "the best epochs were chosen on them",
      "they ended the ensemble",
      "the vote was fitted to them",
      "given members may have been trained on them",
    ],
  ],
])("held-out rows that decided on %s", ([, config, from, said]) => {
  expect(heldOutReuses({ ...plain, ...config }, { learns: false, origin: undefined, ...from })).toEqual(said);
});
