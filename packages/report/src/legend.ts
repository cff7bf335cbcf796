import { html, type Html } from "./html.ts";

export interface LegendEntry {
  /** Of the series in the chart that follows. */
  readonly name: string;
  readonly text: string;
  readonly colour: string;
  readonly pale?: boolean;
}

/** What the colours of the next chart mean. Where scripts run, an entry hides its series and shows it again. */
export function legend(entries: readonly LegendEntry[]): Html {
  return html`<ul class="legend">
    ${entries.map(
      ({ name, text, colour, pale }) =>
        html`<li data-for="${name}"><span class="swatch" style="background:${colour}${pale && ";opacity:.4"}"></span>${text}</li>`,
    )}
  </ul>`;
}
