import type { Hue } from "./line.ts";

/** Colours of the dashboard. */
export interface Theme {
  readonly name: string;
  /** The two most different backgrounds that it is made for: contrast on them is at least 4.5 : 1. */
  readonly on: readonly [string, string];
  readonly colors: Readonly<Record<Hue, string>>;
}

const dark: Theme = {
  name: "dark",
  on: ["#000000", "#2e3440"],
  colors: {
    accent: "#5ad1e6",
    good: "#7fd88f",
    bad: "#ff9b93",
    warn: "#f2c94c",
    dim: "#b0b5bd",
    series0: "#5ad1e6",
    series1: "#f2c94c",
    series2: "#7fd88f",
    series3: "#ff9b93",
    series4: "#c9a7ff",
    series5: "#ffb86c",
    series6: "#9fb8ff",
    series7: "#f29ad4",
    heat0: "#a9adb5",
    heat1: "#9fb8ff",
    heat2: "#5ad1e6",
    heat3: "#f2c94c",
    heat4: "#ff9b93",
  },
};

const light: Theme = {
  name: "light",
  on: ["#ffffff", "#eee8d5"],
  colors: {
    accent: "#00596b",
    good: "#1c6127",
    bad: "#a3161b",
    warn: "#7a4400",
    dim: "#51565c",
    series0: "#00596b",
    series1: "#7a4400",
    series2: "#1c6127",
    series3: "#a3161b",
    series4: "#6a2bb0",
    series5: "#8f2f00",
    series6: "#1f48b0",
    series7: "#94186c",
    heat0: "#5a5f66",
    heat1: "#1f48b0",
    heat2: "#00596b",
    heat3: "#7a4400",
    heat4: "#a3161b",
  },
};

/**
 * Distinguishable with every kind of colour vision: good and bad are blue and orange, never green and red.
 * @see M. Okabe and K. Ito, "Color Universal Design", 2008
 */
const safe: Theme = {
  name: "colour-blind",
  on: ["#000000", "#2e3440"],
  colors: {
    accent: "#56b4e9",
    good: "#56b4e9",
    bad: "#f0a030",
    warn: "#f0e442",
    dim: "#b0b5bd",
    series0: "#56b4e9",
    series1: "#e69f00",
    series2: "#f0e442",
    series3: "#ffffff",
    series4: "#e0a3c4",
    series5: "#2fc49b",
    series6: "#a6c8ff",
    series7: "#ff9d57",
    heat0: "#a9adb5",
    heat1: "#56b4e9",
    heat2: "#a6c8ff",
    heat3: "#f0e442",
    heat4: "#ff9d57",
  },
};

const safeLight: Theme = {
  name: "colour-blind-light",
  on: ["#ffffff", "#eee8d5"],
  colors: {
    ...light.colors,
    accent: "#00598c",
    good: "#00598c",
    bad: "#8f3f00",
    warn: "#6b4c00",
    series0: "#00598c",
    series1: "#8f3f00",
    series2: "#6b4c00",
    series3: "#1f1f1f",
    series4: "#8a2d63",
    series5: "#00604a",
    series6: "#3a3fa0",
    series7: "#a03a00",
    heat1: "#00598c",
    heat2: "#3a3fa0",
    heat3: "#6b4c00",
    heat4: "#8f3f00",
  },
};

const THEMES: Readonly<Record<string, Theme>> = Object.fromEntries([dark, light, safe, safeLight].map((theme) => [theme.name, theme]));

export const THEME_NAMES: readonly string[] = Object.keys(THEMES);

/**
 * The theme to draw with.
 * @param asked name; `auto` and unknown names: chosen by the background
 * @param background of the terminal, `#rrggbb`, if it is known
 */
export function chooseTheme(asked: string, background: string | undefined): Theme {
  const isLight = background !== undefined && luminance(background) > 0.35;
  if (asked === "colour-blind") return isLight ? safeLight : safe;
  return THEMES[asked] ?? (isLight ? light : dark);
}

/** Contrast of two colours, from 1 to 21. @see WCAG 2.2, "contrast ratio" */
export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].toSorted((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
