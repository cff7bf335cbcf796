import { html, type Html } from "./html.ts";

export interface LegendEntry {
  /** Of the series in the chart that follows. */
  readonly name: string;
  readonly text: string;
  readonly colour: string;
  readonly pale?: boolean;
  /** Of a line: its dashes, empty for none, by which it is told from others without its colour. Absent: an area or marks. */
  readonly dash?: string;
}

/** What the colours of the next chart mean. Where scripts run, an entry hides its series and shows it again. */
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
