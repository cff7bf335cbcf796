import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeHtml, type Html, trusted } from "./html.ts";

const { document } = parseHTML("<!doctype html><html><body></body></html>");
/** Attributes with coordinates of the drawing. */
const PLACES = ["d", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "cx", "cy", "r"];
const SERIES = "series:";

/** Width of a chart in its own units. Narrow, so that its text is legible on a phone, and scaled up if there is room. */
export const CHART_WIDTH = 420;

export interface ChartOptions extends Plot.PlotOptions {
  /** What the chart shows, in words: read out instead of the drawing. */
  readonly finding: string;
}

/** A mark's name, by which the page can hide it. */
export function series(name: string): Pick<Plot.MarkOptions, "ariaDescription"> {
  return { ariaDescription: `${SERIES}${name}` };
}

/**
 * Draws a chart as self-contained SVG: no styles, no scripts, coordinates rounded to a tenth of a unit. Colours are the page's variables,
 * so that it works in light and dark mode.
 */
export function chart({ finding, ...options }: ChartOptions): Html {
  const svg = Plot.plot({
    document,
    width: CHART_WIDTH,
    height: 260,
    marginLeft: 44,
    marginRight: 14,
    marginTop: 24,
    marginBottom: 38,
    ...options,
    style: { fontSize: "12px" },
  });
  for (const style of svg.querySelectorAll("style")) style.remove();
  for (const name of ["class", "style", "height", "width"]) svg.removeAttribute(name);
  for (const element of svg.querySelectorAll("*")) {
    const description = element.getAttribute("aria-description");
    if (description?.startsWith(SERIES)) element.setAttribute("data-series", description.slice(SERIES.length));
    for (const name of ["aria-label", "aria-hidden", "aria-description"]) element.removeAttribute(name);
    for (const name of PLACES) {
      const value = element.getAttribute(name);
      if (value !== null)
        element.setAttribute(
          name,
          value.replaceAll(/-?\d+\.\d+/g, (number) => String(Number(Number(number).toFixed(1)))),
        );
    }
  }
  svg.removeAttribute("aria-label");
  // Written by hand, since the small DOM implementation does not escape < in attributes.
  return trusted(
    svg.outerHTML.replace(/^<svg/, `<svg role="img" font-size="12" aria-label="${escapeHtml(finding)}"`).replace(/ font-size="10"/, ""),
  );
}
