// The dashboard in a terminal that is resized: the final screen must equal that of a new window of the same size.
import { beforeAll, expect, test } from "vitest";
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

/** The screen of a finished run in a new window. */
async function fresh(name: string, at: Size): Promise<readonly string[]> {
  const terminal = openTerminal(`${command} watch runs/${name}`, cwd, at);
  try {
    return await shown(terminal, "held");
  } finally {
    terminal.type("q");
    await terminal.closed;
  }
}

/** The screen, once it shows the text and no longer reports that it is loading. */
async function shown({ screen }: ReturnType<typeof openTerminal>, text: string): Promise<readonly string[]> {
  for (;;) {
    const lines = await screen();
    if (lines.some((line) => line.includes(text)) && !lines.some((line) => line.includes("loading"))) return lines;
  }
}

const SIZES = [size(100, 20), size(60, 20), size(80, 24), size(71, 15), size(200, 60), size(120, 40), size(60, 15), size(90, 30)];

test.for(["few", "many"])("a finished run (%s) is whole after every change of the window", async (name) => {
  const expected = await Promise.all(SIZES.map((at) => fresh(name, at)));
  const terminal = openTerminal(`${command} watch runs/${name}`, cwd, size(100, 30));
  try {
    await terminal.shows("held");
    for (const [i, to] of SIZES.entries()) {
      await terminal.resize(to);
      await expect.poll(() => terminal.screen(), { ...LONG, message: `${to.columns}×${to.rows}` }).toEqual(expected[i]);
      expect(Math.max(...expected[i]!.map((line) => line.length))).toBeLessThanOrEqual(to.columns);
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
    const atSpeed = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/×\d+ held$/, "held").replaceAll(/[━─]/g, ""));
    const expected = atSpeed(await fresh("many", size(80, 24)));
    await expect.poll(async () => atSpeed(await terminal.screen()), LONG).toEqual(expected);
  } finally {
    terminal.type("q");
    await terminal.closed;
  }
});
