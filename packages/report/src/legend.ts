import { html, type Html } from "./html.ts";

export interface LegendEntry {
  /** Of the series in the chart that follows. */
  readonly name: string;
  readonly text: string;
  readonly colour: string;
  readonly pale?: boolean;
  /** Dashes of a line, empty for none, which distinguish it without colour. Absent: an area or marks. */
  readonly dash?: string;
}

/** The meaning of the colours of the next chart. If scripts run, an entry toggles its series. */
export function legend(entries: readonly LegendEntry[]): Html {
  return html`<ul class="legend">
    ${entries.map((entry) => html`<li data-for="${entry.name}">${swatch(entry)}${entry.text}</li>`)}
  </ul>`;
}

function swatch({ colour, pale, dash }: LegendEntry): Html {
  if (dash === undefined) return html`<span class="swatch" style="background:${colour}${pale && ";opacity:.4"}"></span>`;
  return html`<svg class="line" viewBox="0 0 30 10" aria-hidden="true">
    <path d="M0 5h30" stroke="${colour}" stroke-width="3" ${dash !== "" && html` stroke-dasharray="${dash}"`} />
  </svg>`;
}
