import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Config } from "../config.ts";
import type { RunEvent } from "../events.ts";
import { type Listener, LISTENERS } from "../listener.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { followEvents } from "./open-run.ts";
import { runToy, toyConfig } from "./run-toy.ts";

const config = { ...toyConfig, epochs: 3, listeners: "notes" } satisfies Config;

beforeAll(() => tf.setBackend("cpu"));

/** A call of a listener, recorded in order. */
interface Note {
  readonly folder: string;
  readonly past: RunEvent[];
  readonly heard: RunEvent[];
  closed: number;
}

function listening(own: Partial<Listener> = {}) {
  const notes: Note[] = [];
  const container = toyContainer();
  container.resolve(LISTENERS).add("notes", {
    description: "",
    options: z.object({ level: z.int().default(1) }),
    create: () => {
      let note: Note;
      return {
        async open({ folder, past }) {
          note = { folder, past: [], heard: [], closed: 0 };
          notes.push(note);
          for await (const event of past) note.past.push(event);
        },
        onEvent: (event) => void note.heard.push(event),
        close: () => void (note.closed += 1),
        ...own,
      };
    },
  });
  return { container, notes };
}

async function logOf(folder: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of followEvents(folder, { follow: false })) events.push(event);
  return events;
}

test("a listener receives what the log holds, in its order, then is closed", async () => {
  const { container, notes } = listening();
  const { folder } = await runToy(config, { container });
  expect(notes).toEqual([{ folder, past: [], heard: await logOf(folder), closed: 1 }]);
});

test("of a run that was broken off and resumed the past is what the checkpoint covers, and what comes is new", async () => {
  for (const cut of [2, 5, 8, 12, 17]) {
    const { container, notes } = listening();
    const { folder } = await runToy(config, { container }, cut);
    expect(notes[0]?.closed).toBe(1);
    await runToy(undefined, { container, resume: folder });
    const [, resumed] = notes;
    expect(resumed?.closed).toBe(1);
    expect([...(resumed?.past ?? []), ...(resumed?.heard ?? [])], `cut after event ${cut}`).toEqual(await logOf(folder));
  }
});

test("one that fails is a warning on the screen and is detached; the run and the other listeners go on", async () => {
  const fails = (): never => {
    throw new Error("the disk is full");
  };
  for (const [broken, at] of [
    [{ open: fails }, "run-start"],
    [{ onEvent: fails }, "run-start"],
    [{ close: fails }, "run-end"],
  ] as const) {
    const calls: string[] = [];
    const { container, notes } = listening();
    container.resolve(LISTENERS).add("broken", {
      description: "",
      create: () => ({
        onEvent: ({ type }) => void calls.push(type),
        close: () => void calls.push("closed"),
        ...broken,
      }),
    });
    const { events, folder } = await runToy({ ...config, listeners: ["broken", "notes"] }, { container });
    const warnings = events.filter((event) => event.type === "warning");
    expect(warnings.map(({ message }) => message)).toEqual(["listener broken: the disk is full. The run continues without it."]);
    expect(events[events.indexOf(warnings[0]!) - 1]?.type).toBe(at);
    expect(events.some((event) => event.type === "run-end" && event.reason === "finished")).toBe(true);
    const log = await logOf(folder);
    expect(log.filter((event) => event.type === "warning")).toEqual([]);
    expect(notes[0]?.heard).toEqual(log);
    if (at === "run-start") expect(calls).toEqual(["closed"]);
  }
});

test("listeners are checked like everything that has a name, and may be changed when a run is resumed", async () => {
  const { container, notes } = listening();
  const without = { ...config, listeners: [] };
  await expect(runToy({ ...config, listeners: "note" }, { container })).rejects.toThrow(
    'listener "note" is unknown. Did you mean "notes"?',
  );
  await expect(runToy({ ...config, listeners: [{ name: "notes", lvel: 2 }] }, { container })).rejects.toThrow(
    'listeners[0]: listener "notes" has no option "lvel". Did you mean "level"?',
  );
  const { folder } = await runToy(without, { container }, 9);
  expect(notes).toEqual([]);
  await runToy(config, { container, resume: folder });
  expect([...(notes[0]?.past ?? []), ...(notes[0]?.heard ?? [])]).toEqual(await logOf(folder));
});
