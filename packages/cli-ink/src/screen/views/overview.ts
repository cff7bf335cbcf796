import { memberInFocus } from "../../run/run-state.ts";
import { type Arrangement, arrangePanels } from "../arrange-panels.ts";
import { lanes } from "../lanes.ts";
import { beside, fill, type Line } from "../line.ts";
import { membersLeft } from "../member-shown.ts";
import type { Panel } from "../panel.ts";
import { morePanelsOf, panelsOf } from "../panel-list.ts";
import type { View, ViewProps } from "../view.ts";

const PANELS_LEAST = 7;
/** Minimum lines for the panels when every member has its own line. */
const PANELS_SMALL = 4;
/** Lines that charts keep where there are more panels than the most wanted. */
const ROOMY = 12;
const TABLE_WIDTH = 40;
const GAP = 2;

interface Shared extends Arrangement<Panel> {
  readonly lanes: number;
  readonly panels: number;
}

export const overview: View = {
  name: "overview",
  about: "members, curves and votes",
  keys: [
    ["↑ ↓", "member"],
    ["c", "charts"],
  ],
  draw(props) {
    const { state, ui, metric, words, width, height } = props;
    const shared = share(props);
    const members = membersLeft(state, ui);
    const focus = ui.member ?? memberInFocus(state)?.member ?? 0;
    const at = Math.max(
      0,
      members.findIndex(({ member }) => member === focus),
    );
    const top =
      state.members.length === 0
        ? []
        : lanes({ members, metric, focus: at, chosen: ui.member, elsewhere: state.workers, columns: width, height: shared.lanes, words });
    if (shared.panels === 0) return top;
    return [...top, [], ...panels(props, shared)].slice(0, height);
  },
};

/** Whether the panel of votes fits in the overview. */
export function showsVotes(props: Pick<ViewProps, "state" | "ui" | "width" | "height">): boolean {
  const { panels, places } = share(props);
  return panels > 0 && places.flat().some(({ id }) => id === "votes");
}

/** Whether there are panels that do not fit. */
export function hasMorePanels(props: Pick<ViewProps, "state" | "ui" | "width" | "height">): boolean {
  const { panels, more } = share(props);
  return panels > 0 && more;
}

function share({ state, ui, width, height }: Pick<ViewProps, "state" | "ui" | "width" | "height">): Shared {
  const wanted = membersLeft(state, ui).length + 1;
  const rest = height - wanted - 1;
  const panels = height >= PANELS_LEAST + 4 ? Math.max(PANELS_LEAST, rest) : rest >= PANELS_SMALL ? rest : 0;
  const lanes = Math.max(0, Math.min(wanted, height - (panels > 0 ? panels + 1 : 0)));
  const wantedPanels = panelsOf(state);
  const roomy = arrangePanels([...wantedPanels, ...morePanelsOf(state)], width, panels, 0);
  const isRoomy = !roomy.more && panels / Math.max(...roomy.places.map(({ length }) => length)) >= ROOMY;
  return { lanes, panels, ...(isRoomy ? roomy : arrangePanels(wantedPanels, width, panels, ui.panel)) };
}

/** Charts of the shown member, and the votes so far. */
function panels({ state, ui, metric, words, width }: ViewProps, { places, panels: height }: Shared): Line[] {
  // Read aloud, lines of two panels side by side would make no sentence.
  if (words)
    return places
      .flat()
      .flatMap(({ draw }) => [...draw({ state, ui, metric, words, width, height }), []])
      .slice(0, height);
  const tables = places.filter(([first]) => first?.kind === "table").length;
  const tableWidth = Math.min(TABLE_WIDTH, width);
  const chartWidth = Math.floor((width - tables * tableWidth - GAP * (places.length - 1)) / Math.max(1, places.length - tables));
  return beside(
    places.map((stack) => {
      const own = stack[0]?.kind === "table" ? tableWidth : chartWidth;
      const lines = stack.flatMap(({ draw }, i) => {
        const rows = Math.floor((height + stack.length - 1 - i) / stack.length);
        return fill(draw({ state, ui, metric, words, width: own, height: rows }), rows);
      });
      return { lines, width: own };
    }),
    GAP,
  );
}
