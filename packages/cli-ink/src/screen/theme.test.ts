import { expect, test } from "vitest";
import { parseBackground } from "./ask-terminal.ts";
import { chooseTheme, contrast, THEME_NAMES } from "./theme.ts";

test.each(THEME_NAMES)("every colour of %s has a contrast of 4.5 : 1 on its backgrounds", (name) => {
  const { on, colors } = chooseTheme(name, name.endsWith("light") ? "#ffffff" : "#000000");
  for (const background of on)
    for (const [hue, color] of Object.entries(colors))
      expect(contrast(color, background), `${hue} on ${background}`).toBeGreaterThanOrEqual(4.5);
});

test("the background chooses, unless a theme is asked for", () => {
  expect(chooseTheme("auto", "#fdf6e3").name).toBe("light");
  expect(chooseTheme("auto", "#1e1e1e").name).toBe("dark");
  expect(chooseTheme("auto", undefined).name).toBe("dark");
  expect(chooseTheme("light", "#000000").name).toBe("light");
  expect(chooseTheme("colour-blind", "#ffffff").name).toBe("colour-blind-light");
});

test("a terminal's answer with any number of digits", () => {
  expect(parseBackground("\u001B]11;rgb:ffff/0000/8080\u001B\\\u001B[?62c")).toBe("#ff0080");
  expect(parseBackground("\u001B]11;rgb:f/0/8\u0007")).toBe("#ff0088");
  expect(parseBackground("\u001B[?62c")).toBeUndefined();
});

test("black on white has the most contrast", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
});
