// A log, a model or an error from elsewhere may contain anything: it must be shown as text, without controlling the terminal.
import type { RunEvent } from "@benn/core";
import { renderToString } from "ink";
import { expect, test } from "vitest";
import { failure } from "../command/failure.ts";
import { predictionLines } from "../command/prediction-lines.ts";
import { printableLines } from "../command/print.ts";
import { farewell } from "../command/train.ts";
import { exampleRun } from "../run/example-run.ts";
import { initialState, reduce } from "../run/run-state.ts";
import { Dashboard } from "./dashboard.tsx";
import { initialUi } from "./ui-state.ts";
import { jsonScreen } from "./json-screen.ts";
import { plainScreen } from "./plain-screen.ts";

const EVIL = [
  ["a window's title", "\u001B]0;owned\u0007"],
  ["the clipboard", "\u001B]52;c;aGk=\u001B\\"],
  ["a cleared screen", "\u001B[2J\u001B[H"],
  ["a carriage return", "fine\rowned"],
  ["a control of C1", "\u009B2J\u0090q\u009C"],
  ["a line of its own", "\nbenn: all is well"],
] as const;
// eslint-disable-next-line no-control-regex
const OBEYED = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/;

/** A run in which every free text ends in that. */
function run(evil: string): RunEvent[] {
  const metric = { name: `rate${evil}`, title: `rate${evil}`, unit: "%", better: "higher" } as const;
  const events = exampleRun({ members: 2, epochs: 2, architectures: [`nin${evil}`], more: [metric] });
  return [
    ...events.map((event): RunEvent => {
      if (event.type !== "run-start") return event;
      const dataset = { ...event.dataset, name: `pictures${evil}`, labels: [`cat${evil}`] };
      return { ...event, dataset, run: `mine${evil}`, backend: `wasm${evil}`, scheme: `bagging${evil}`, voter: `soft${evil}` };
    }),
    { type: "warning", message: `careful${evil}`, clock: { at: 0 } },
  ];
}

test.for(EVIL)("%s in a run's texts", ([, evil]) => {
  const events = run(evil);
  const plain: string[] = [];
  const json: string[] = [];
  const [screen, lines] = [plainScreen((text) => plain.push(text), { state: initialState }), jsonScreen((text) => json.push(text))];
  for (const event of events) {
    screen.show(event);
    lines.show(event);
  }
  expect(plain.join("")).not.toMatch(OBEYED);
  for (const line of plain) expect(line.trimEnd()).not.toContain("\n");
  expect(json.join("")).not.toMatch(OBEYED);
  expect(json.map((line) => JSON.parse(line) as RunEvent)).toEqual(events);
  for (const share of [0.2, 0.6, 1]) {
    const state = events.slice(0, Math.ceil(events.length * share)).reduce(reduce, initialState);
    const view = { state, columns: 160, rows: 50, ui: { ...initialUi, metric: 2 }, note: undefined };
    expect(renderToString(<Dashboard {...view} since={0} watching={false} />, { columns: 160 })).not.toMatch(OBEYED);
    expect(printableLines(farewell(state, `runs/mine${evil}`))).not.toMatch(OBEYED);
  }
});

test.for(EVIL)("%s in a label, a picture's name or an error", ([, evil]) => {
  const prediction = { label: `cat${evil}`, class: 0, votes: [], ran: 1, members: 1 } as never;
  const lines = predictionLines([{ picture: `a${evil}.png`, prediction, milliseconds: 1 }]);
  expect(lines.join("")).not.toMatch(OBEYED);
  expect(lines.join("")).not.toContain("\n");
  for (const debug of [false, true]) expect(failure(new Error(`no${evil}`), { debug }).text).not.toMatch(OBEYED);
});
