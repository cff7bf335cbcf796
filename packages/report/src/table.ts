import { html, type Html, type Value } from "./html.ts";

export interface Column {
  readonly head: string;
  /** Text rather than numbers. */
  readonly text?: boolean;
}

export interface TableOptions {
  readonly caption: string;
  /** Whether the reader may sort it by a column, if scripts run. */
  readonly sortable?: boolean;
}

/** A table in which the first cell of each row is its header. It scrolls horizontally if it is wider than the page. */
export function table(columns: readonly Column[], rows: readonly (readonly Value[])[], { caption, sortable = false }: TableOptions): Html {
  const kind = (i: number): Value => (columns[i]?.text ? html` class="text"` : undefined);
  return html`<div class="wide" tabindex="0" role="group" aria-label="${caption}"><table${sortable && html` class="sortable"`}>
<caption><span>${caption}</span></caption>
<thead><tr>${columns.map(({ head }, i) => html`<th scope="col" ${kind(i)}>${head}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([first, ...rest]) =>
      html`<tr>
        <th scope="row" ${kind(0)}>${first}</th>
        ${rest.map((value, i) => html`<td${kind(i + 1)}>${value}</td>`)}
      </tr> `,
  )}</tbody></table></div>`;
}
