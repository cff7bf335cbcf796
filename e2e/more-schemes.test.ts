// Schemes whose members go on from one another, are added up, or weigh samples by probabilities: trained, evaluated and exported by the command.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { benn, newFolder } from "./benn.ts";
import { quick } from "./quick.ts";

const cwd = newFolder();

test.for([
  ["snapshot", ["schedule=snapshot", "mode=sequential"]],
  ["samme-r", ["mode=independent"]],
  ["gradient-boost", ["loss=residual", "mode=independent"]],
  ["negative-correlation", ["loss=negative-correlation", "mode=independent", "voter=stacking", "validation=0.2"]],
] as const)("%s trains members that vote, and its run is evaluated and exported", async ([scheme, settings]) => {
  const { code, stderr } = await benn(["train", ...quick, "epochs=1", `scheme=${scheme}`, ...settings, `name=${scheme}`], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const events = readFileSync(join(cwd, "runs", scheme, "events.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; alpha?: number; reject?: string; reason?: string });
  expect(events.at(-1)).toMatchObject({ type: "run-end", reason: "finished" });
  const ended = events.filter(({ type }) => type === "member-end");
  expect(ended).toHaveLength(2);
  expect(ended[0]!.alpha).toBeGreaterThan(0);
  expect((await benn(["eval", `runs/${scheme}`], { cwd })).code).toBe(0);
  expect((await benn(["export", `runs/${scheme}`, "--verify"], { cwd })).code).toBe(0);
});
