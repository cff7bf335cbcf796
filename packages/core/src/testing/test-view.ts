import { describe, expect, test } from "./exam-host.ts";
import type { DashboardView } from "../dashboard-view.ts";
import { exampleEvents } from "./example-events.ts";

/**
 * Conformance tests for every view of the dashboard: `testView("pace", () => paceView)`.
 * @param create creates the view as its definition does
 */
export function testView(name: string, create: () => DashboardView): void {
  const folded = (view: DashboardView, count: number): unknown =>
    exampleEvents.slice(0, count).reduce((state: unknown, event) => view.reduce(state, event), view.state);

  describe(`the view ${name}`, () => {
    test("draws lines of text in any room, before the first event and after each", () => {
      const view = create();
      for (let count = 0; count <= exampleEvents.length; count++) {
        const state = folded(view, count);
        for (const room of [
          { width: 100, height: 40 },
          { width: 20, height: 4 },
          { width: 1, height: 1 },
        ]) {
          const lines = view.draw(state, room);
          expect(Array.isArray(lines)).toBe(true);
          for (const line of lines) {
            for (const span of typeof line === "string" ? [line] : line)
              expect(typeof span === "string" ? span : span.text).toBeTypeOf("string");
          }
        }
      }
    });

    test("draws no more lines than there is room for", () => {
      const view = create();
      for (const height of [10, 3, 2])
        expect(view.draw(folded(view, exampleEvents.length), { width: 60, height }).length).toBeLessThanOrEqual(height);
    });

    test("folds events without changing state or event, so that a replay that seeks shows the same", () => {
      const view = create();
      const draw = (state: unknown): string => JSON.stringify(view.draw(state, { width: 60, height: 20 }));
      let state = view.state;
      for (const event of exampleEvents) {
        const before = draw(state);
        const next = view.reduce(state, event); // events are frozen: changing one throws
        expect(draw(state)).toBe(before);
        state = next;
      }
      expect(draw(folded(view, exampleEvents.length))).toBe(draw(state));
      expect(draw(folded(create(), exampleEvents.length))).toBe(draw(state));
    });
  });
}
