import { appendFile, mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunEvent } from "../events.ts";
import { appendControl, type ControlEvent, endPause, readControls, withControls } from "./control-log.ts";

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "benn-control-"));
const control = (state: ControlEvent["state"], at: number): ControlEvent => ({ type: "control", state, clock: { at } });
const warning = (message: string, at: number): RunEvent => ({ type: "warning", message, clock: { at } });

test("pauses are read in order, and what is no pause is skipped", async () => {
  const folder = await newFolder();
  expect(await readControls(folder)).toEqual([]);
  await appendControl(folder, control("paused", 1));
  await appendFile(join(folder, "control.jsonl"), `{"type":"control"\n${JSON.stringify(warning("no", 2))}\n\n`);
  await appendControl(folder, control("running", 3));
  expect(await readControls(folder)).toEqual([control("paused", 1), control("running", 3)]);
  await appendControl(join(folder, "not there"), control("paused", 1)); // a disk that refuses the write is no error
});

test("a pause in which the run was killed ends when it is resumed, and no other is made", async () => {
  const folder = await newFolder();
  await endPause(folder);
  expect(await readControls(folder)).toEqual([]);
  await appendControl(folder, control("paused", 1));
  await endPause(folder);
  await endPause(folder);
  const [, end, ...others] = await readControls(folder);
  expect(others).toEqual([]);
  expect(end).toMatchObject({ state: "running" });
  expect(end!.clock.at).toBeGreaterThan(1e12);
  expect((await readFile(join(folder, "control.jsonl"), "utf8")).endsWith("\n")).toBe(true);
});

async function* log(...events: RunEvent[]): AsyncGenerator<RunEvent> {
  yield* events;
}

test("pauses stand among a log's events where they fell, the ones behind the last event at the end", async () => {
  const folder = await newFolder();
  for (const at of [2, 3, 7]) await appendControl(folder, control(at === 3 ? "running" : "paused", at));
  const seen: RunEvent[] = [];
  for await (const event of withControls(log(warning("a", 1), warning("b", 3), warning("c", 4)), folder, { follow: false }))
    seen.push(event);
  expect(seen).toEqual([
    warning("a", 1),
    control("paused", 2),
    control("running", 3),
    warning("b", 3),
    warning("c", 4),
    control("paused", 7),
  ]);
});

test("who follows a log sees a pause while the log stands still, once, and what ends it", async () => {
  const folder = await newFolder();
  let goOn = (): void => {};
  let ended = false;
  async function* waiting(): AsyncGenerator<RunEvent> {
    try {
      yield warning("a", 1);
      await new Promise<void>((resolve) => (goOn = resolve));
      yield warning("b", 9);
    } finally {
      ended = true;
    }
  }
  const events = withControls(waiting(), folder, { follow: true });
  expect((await events.next()).value).toEqual(warning("a", 1));
  const next = events.next();
  await appendControl(folder, control("paused", 2));
  expect((await next).value).toEqual(control("paused", 2));
  await appendControl(folder, control("running", 3));
  expect((await events.next()).value).toEqual(control("running", 3));
  const last = events.next();
  goOn();
  expect((await last).value).toEqual(warning("b", 9));
  await events.return(undefined);
  expect(ended).toBe(true);
});
