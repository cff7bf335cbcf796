// The dashboard in a terminal that is resized: the final screen must equal what its log looks like at that size.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "@benn/core";
import { beforeAll, expect, test } from "vitest";
import { initialState, reduce } from "../packages/cli-ink/src/run/run-state.ts";
import { frame } from "../packages/cli-ink/src/screen/frame.ts";
import { textOf } from "../packages/cli-ink/src/screen/line.ts";
import { initialUi } from "../packages/cli-ink/src/screen/ui-state.ts";
import { benn, newFolder } from "./benn.ts";
import { quick } from "./quick.ts";
import { command, openTerminal, type Size } from "./terminal.ts";

const cwd = newFolder();
/** On a busy machine a program may take seconds to redraw. */
const LONG = { timeout: 60_000 };
const size = (columns: number, rows: number): Size => ({ columns, rows });

beforeAll(async () => {
  for (const [name, members] of [
    ["few", 2],
    ["many", 12],
  ] as const) {
    const { code, stderr } = await benn(["train", ...quick, `members=${members}`, "epochs=1", `name=${name}`], { cwd });
    expect(stderr).toBe("");
    expect(code).toBe(0);
  }
});

/** The screen of a finished run in a window of that size, from its log alone. */
function picture(name: string, { columns, rows }: Size, speed = 20): readonly string[] {
  const lines = readFileSync(join(cwd, "runs", name, "events.jsonl"), "utf8")
    .trim()
    .split("\n");
  const state = lines.map((line) => JSON.parse(line) as RunEvent).reduce(reduce, initialState);
  const replay = { share: 1, speed, isPlaying: false };
  return frame({ state, ui: initialUi, columns, rows, since: 0, watching: true, live: false, replay }).map((line) =>
    textOf(line).trimEnd(),
  );
}

const SIZES = [size(100, 20), size(60, 20), size(80, 24), size(71, 15), size(200, 60), size(120, 40), size(60, 15), size(90, 30)];

test.for(["few", "many"])("a finished run (%s) is whole after every change of the window", async (name) => {
  const terminal = openTerminal(`${command} watch runs/${name}`, cwd, size(100, 30));
  try {
    await terminal.shows("paused");
    for (const to of SIZES) {
      await terminal.resize(to);
      const expected = picture(name, to);
      await expect.poll(() => terminal.screen(), { ...LONG, message: `${to.columns}×${to.rows}` }).toEqual(expected);
      expect(Math.max(...expected.map((line) => line.length))).toBeLessThanOrEqual(to.columns);
    }
  } finally {
    terminal.type("q");
    await terminal.closed;
  }
});

test("a run that goes on is whole after a window was dragged to and fro", async () => {
  const terminal = openTerminal(`${command} watch runs/many --speed 4`, cwd, size(120, 40));
  try {
    // On a busy machine the replay may be at a later member before the first frame is drawn.
    await terminal.shows(/member \d+ of 12/);
    for (const columns of [110, 100, 90, 80, 71, 64, 60, 75, 100, 140, 90]) await terminal.resize(size(columns, 20 + (columns % 7)));
    await terminal.resize(size(80, 24));
    await expect.poll(() => terminal.screen(), LONG).toEqual(picture("many", size(80, 24), 4));
  } finally {
    terminal.type("q");
    await terminal.closed;
  }
});
