import { render } from "ink-testing-library";
import { expect, test } from "vitest";
import { DrawLines } from "./draw-lines.tsx";
import { bold, dim, type Line, line, span } from "./line.ts";
import { chooseTheme } from "./theme.ts";

const theme = chooseTheme("dark", undefined);
const draw = (lines: readonly Line[]) => <DrawLines {...{ lines, theme }} ascii={false} />;

test("a span that was empty stands in its place when it is not any more", () => {
  const head = (name: string): Line => line(bold("benn", "accent"), " ", bold(name), dim("  rest"));
  const screen = render(draw([head("")]));
  screen.rerender(draw([head("demo")]));
  expect(screen.lastFrame()).toBe("benn demo  rest");
  screen.rerender(draw([[span("x")], head("demo")]));
  screen.rerender(draw([[], head("demo")]));
  screen.rerender(draw([head("one"), head("two")]));
  expect(screen.lastFrame()).toBe("benn one  rest\nbenn two  rest");
  screen.unmount();
});
