import { expect, test } from "vitest";
import { exampleRun } from "../run/example-run.ts";
import { initialState, reduce } from "../run/run-state.ts";
import { farewell } from "./train.ts";

const finished = exampleRun({ members: 3, epochs: 2 }).reduce(reduce, initialState);

test("the end names the run's folder and the next commands, within the width of the terminal", () => {
  const text = farewell(finished, "runs/my run", { columns: 80 });
  expect(text).toContain("\nThe run is in runs/my run\n");
  expect(text).toContain("benn eval 'runs/my run'");
  expect(text).toMatch(/benn export 'runs\/my run' +pack it into one file/);
  expect(text).toMatch(/benn watch 'runs\/my run' +replay/);
  for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
});

test("an interrupted run ends with the command that resumes it", () => {
  const stopped = reduce(finished, { type: "run-end", reason: "interrupted", members: 3, clock: { at: 0 } });
  expect(farewell(stopped, "runs/a")).toContain("Interrupted and saved in runs/a");
  expect(farewell(stopped, "runs/a")).toMatch(/train --resume runs\/a +resume/);
  expect(farewell(initialState, "runs/a")).not.toMatch(/eval|export/);
});
