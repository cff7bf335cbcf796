import type { MemberState } from "../../run/run-state.ts";
import type { Hue } from "../line.ts";
import { memberShown, membersLeft, ofMember } from "../member-shown.ts";
import { plot, rangeOf, type Series } from "../plot.ts";
import { type Quantity, quantitiesOf } from "../quantities.ts";
import { type Tile, tile } from "../tile.ts";
import type { View, ViewProps } from "../view.ts";

const HUES: readonly Hue[] = ["series0", "series1", "series2", "series3", "series4", "series5", "series6", "series7"];

export const curves: View = {
  name: "curves",
  about: "every quantity over the epochs: training, scored, best epoch (▲), learning rate",
  keys: [
    ["↑ ↓", "member"],
    ["← →", "read values"],
    ["+ -", "zoom"],
    ["o", "all members"],
    ["y", "log scale"],
    ["w", "smoothing"],
    ["e", "one scale"],
    ["c", "charts"],
  ],
  draw(props) {
    const { state, ui, width, height } = props;
    const words = ui.filter.trim().toLowerCase();
    const all = quantitiesOf(state);
    const named = all.filter(({ title }) => words !== "" && title.toLowerCase().includes(words));
    const shown = named.length > 0 ? named : all;
    return tile(
      shown.map((quantity) => chart(quantity, props)),
      { width, height, first: ui.panel, words: props.words },
    );
  },
};

function chart(quantity: Quantity, { state, ui, words }: ViewProps): Tile {
  const { name, format, label, hue } = quantity;
  return {
    name,
    draw(width, height) {
      const member = memberShown(state, ui);
      const left = membersLeft(state, ui).filter((one) => one.status !== "waiting");
      const of = ui.overlay ? `, ${left.length} members` : ofMember(member);
      const series = ui.overlay ? overlaid(quantity, left, member, ui.smoothing) : member ? own(quantity, member, ui.smoothing) : [];
      const title = series.length > 1 && !ui.overlay ? (quantity.common ?? quantity.title) : quantity.title;
      const epochs = Math.max(1, ui.overlay ? Math.max(0, ...left.map((one) => one.epochs)) : (member?.epochs ?? 1));
      const cursor = ui.cursor === undefined ? undefined : ui.cursor * epochs;
      const x = zoomed(epochs, cursor ?? epochs, ui.zoom);
      const everyone = state.members.flatMap((one) => own(quantity, one, ui.smoothing));
      const y = ui.oneScale && !ui.overlay && everyone.length > 0 ? rangeOf(everyone, label) : undefined;
      const marks = !ui.overlay && member?.bestEpoch !== undefined && member.bestEpoch >= 0 ? [member.bestEpoch + 1] : [];
      const log = ui.log ? " (log)" : "";
      const options = {
        series: series.length > 0 ? series : [{ name: title, hue, points: [] }],
        x,
        unit: "epoch",
        format,
        label,
        y,
        marks,
      };
      return plot({ ...options, title: `${title}${of}${log}`, log: ui.log, cursor, width, height, words });
    },
  };
}

function own({ curves, hue }: Quantity, member: MemberState, smoothing: number): Series[] {
  return curves(member, smoothing).map(({ name, points }, i) => ({ name, points, hue: i === 0 ? hue : "series1" }));
}

/** The curves of all members, with the shown member above the others. */
function overlaid({ curves }: Quantity, members: readonly MemberState[], chosen: MemberState | undefined, smoothing: number): Series[] {
  const series = members.map((member) => ({
    name: String(member.member + 1),
    points: curves(member, smoothing)[0]?.points ?? [],
    hue: HUES[member.member % HUES.length] ?? "series0",
  }));
  const first = series.filter(({ name }) => name === String((chosen?.member ?? -1) + 1));
  return [...first, ...series.filter((one) => !first.includes(one))];
}

/** The visible range of the x axis, around the cursor. */
function zoomed(epochs: number, cursor: number, zoom: number): readonly [number, number] {
  const span = epochs / zoom;
  const from = Math.min(epochs - span, Math.max(0, cursor - span / 2));
  return [from, from + span];
}
