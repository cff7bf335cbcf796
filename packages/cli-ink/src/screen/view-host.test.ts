import { createContainer, type DashboardView, type RunEvent, VIEWS } from "@benn/core";
import { loadPlugins } from "@benn/core/node";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exampleRun } from "../run/example-run.ts";
import { initialState, reduce } from "../run/run-state.ts";
import { contextOf, frame } from "./frame.ts";
import { textOf } from "./line.ts";
import { initialUi, press, type UiState } from "./ui-state.ts";
import { type PluginView, ViewHost } from "./view-host.ts";
import { VIEWS as OWN } from "./views.ts";

const events = exampleRun({ members: 3, epochs: 4 }).map((event) =>
  event.type === "epoch" ? { ...event, clock: { ...event.clock, seconds: event.member + 0.1 * event.epoch } } : event,
);
const state = events.reduce(reduce, initialState);

const shown = { state, columns: 100, rows: 24, since: 0, watching: false };

async function hostOf(views: readonly PluginView[]): Promise<ViewHost> {
  const host = new ViewHost();
  host.load(Promise.resolve(views));
  await new Promise((resolve) => setImmediate(resolve));
  return host;
}

function screen(host: ViewHost, ui: Partial<UiState>, columns = 100): string {
  const props = { state, ui: { ...initialUi, ...ui }, columns, rows: 24, since: 0, watching: false, views: host.views };
  const lines = frame(props).map(textOf);
  expect(lines).toHaveLength(24);
  for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(columns);
  return lines.join("\n");
}

/** Counts events by their type. */
const counting: DashboardView = {
  state: 0,
  reduce: (count: number, { type }: RunEvent) => count + (type === "epoch" ? 1 : 0),
  draw: (count: number, { width }) => [`${count} epochs`, [{ text: "fine", tone: "good" }, " x".repeat(width)], "\u001B[2J"],
};

test("the example's view has a number, a tab and help without a change elsewhere, and is folded from the events", async () => {
  const container = createContainer();
  await loadPlugins(container, [join(import.meta.dirname, "../../../../examples/pace-view.ts")], { cwd: import.meta.dirname });
  const views = container.resolve(VIEWS);
  const [{ name, definition } = { name: "", definition: { description: "" } }] = views.entries();
  const host = await hostOf([{ name, about: definition.description, view: views.create(name) }]);
  for (const event of events) host.show(event);
  expect(screen(host, {})).toContain("9 pace");
  const ui = press(initialUi, { text: "9" }, contextOf({ ...shown, ui: initialUi, views: host.views }));
  expect(ui.view).toBe("pace");
  const epochs = events.flatMap((event) => (event.type === "epoch" && event.member === 0 ? [event.clock.seconds ?? 0] : []));
  const mean = epochs.reduce((sum, seconds) => sum + seconds, 0) / epochs.length;
  expect(screen(host, ui)).toMatch(new RegExp(`^ {5}1 +${mean.toFixed(1)} s +█+$`, "m"));
  expect(screen(host, { ...ui, help: true })).toContain("Keys in pace  seconds that an epoch of each member takes");
  expect(screen(host, { ...ui, help: true })).toContain("1 – 9, tab");
});

test("what came before the views were loaded is folded too, and a replay that seeks begins anew", async () => {
  const host = new ViewHost();
  for (const event of events.slice(0, 20)) host.show(event);
  host.load(Promise.resolve([{ name: "count", about: "", view: counting }]));
  await new Promise((resolve) => setImmediate(resolve));
  for (const event of events.slice(20)) host.show(event);
  expect(screen(host, { view: "count" })).toMatch(/^12 epochs$/m);
  host.jump(
    events.slice(
      0,
      events.findIndex(({ type }) => type === "member-end"),
    ),
  );
  expect(screen(host, { view: "count" })).toMatch(/^4 epochs$/m);
});

test("its lines are cut, and nothing in them is obeyed by the terminal", async () => {
  const text = screen(await hostOf([{ name: "count", about: "", view: counting }]), { view: "count" }, 60);
  expect(text).toMatch(/^fine x x .*…$/m);
  expect(text).toContain("\\u001b[2J");
});

test.for([
  [
    "reduce",
    {
      ...counting,
      reduce: () => {
        throw new TypeError("no such key");
      },
    },
    "its reduce failed on the event run-start: no such key",
  ],
  [
    "draw",
    {
      ...counting,
      draw: () => {
        throw new TypeError("no such key");
      },
    },
    "its draw failed: no such key",
  ],
  ["draw's result", { ...counting, draw: () => undefined as never }, "its draw failed"],
] as const)("one whose %s is broken says so in its place, and the others go on", async ([, broken, why]) => {
  const host = await hostOf([
    { name: "broken", about: "", view: broken },
    { name: "count", about: "", view: counting },
  ]);
  for (const event of events) host.show(event);
  expect(screen(host, { view: "broken" }).replaceAll("\n", " ")).toContain(why);
  expect(screen(host, { view: "count" })).toMatch(/^12 epochs$/m);
});

test("views that are named alike are told apart, and beyond the tenth Tab leads to them", async () => {
  const host = await hostOf(["log", "a", "b"].map((name) => ({ name, about: "", view: counting })));
  const text = screen(host, { view: "b" });
  expect(host.views.slice(OWN.length).map(({ name }) => name)).toEqual(["log*", "a", "b"]);
  expect(text).toContain("9 log* 0 a▸b");
  const context = contextOf({ ...shown, ui: initialUi, views: host.views });
  expect(press(initialUi, { text: "0" }, context).view).toBe("a");
  expect(press({ ...initialUi, view: "a" }, { name: "tab" }, context).view).toBe("b");
});
