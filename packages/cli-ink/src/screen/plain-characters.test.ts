import { expect, test } from "vitest";
import { exampleRun } from "../run/example-run.ts";
import { initialState, reduce } from "../run/run-state.ts";
import { frame } from "./frame.ts";
import { textOf, widthOf } from "./line.ts";
import { plainCharacters } from "./plain-characters.ts";
import { initialUi } from "./ui-state.ts";
import { VIEWS } from "./views.ts";

test("every sign of every view has one of ASCII, as wide", () => {
  const state = exampleRun({ members: 3, epochs: 6 }).reduce(reduce, initialState);
  for (const { name } of VIEWS) {
    for (const help of [false, true]) {
      const props = { state, columns: 120, rows: 60, since: 0, watching: false, replay: { share: 0.4, speed: 2, isPlaying: true } };
      for (const line of frame({ ...props, ui: { ...initialUi, view: name, help, filter: "2", typing: true } }).map(textOf)) {
        const plain = plainCharacters(line);
        expect(plain).toMatch(/^[ -~]*$/);
        expect(widthOf(plain)).toBe(widthOf(line));
        expect(plain.replaceAll("?", "").length, line).toBeGreaterThanOrEqual(widthOf(line.replaceAll("?", "")));
      }
    }
  }
});

test("the steps of a small curve stay eight different ones", () => {
  expect(plainCharacters("▁▂▃▄▅▆▇█")).toBe("_.-~=+*#");
});

test("cells of few dots are dots, of many colons", () => {
  expect(plainCharacters("⠁⣿ ✓▶")).toBe(".: v>");
});
