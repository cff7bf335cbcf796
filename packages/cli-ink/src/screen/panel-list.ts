import { memberShown, ofMember } from "./member-shown.ts";
import type { Panel, PanelProps } from "./panel.ts";
import { plot } from "./plot.ts";
import { type Quantity, quantitiesOf } from "./quantities.ts";
import { staged } from "./views/staged-vote.ts";
import { votes } from "./votes.ts";

const votesPanel: Panel = { id: "votes", kind: "table", draw: votes };

/** The panels of a run, in order of importance: loss, votes, and each metric that is measured during training. */
export function panelsOf(state: PanelProps["state"]): readonly Panel[] {
  const [first, ...others] = quantitiesOf(state).filter(({ name }) => name !== "learning rate");
  return [...(first ? [chart(first)] : []), votesPanel, ...others.map(chart)];
}

/** What large terminals show besides: the vote as a curve, the learning rate. */
export function morePanelsOf(state: PanelProps["state"]): readonly Panel[] {
  const rate = quantitiesOf(state).find(({ name }) => name === "learning rate");
  return [stagedVote, ...(rate ? [chart(rate)] : [])];
}

const stagedVote: Panel = { id: "staged", kind: "chart", draw: (props) => staged(props).draw(props.width, props.height) };

/** A curve of the member that is shown. */
function chart({ name, title, hue, format, label, curves }: Quantity): Panel {
  return {
    id: name,
    kind: "chart",
    draw({ state, ui, words, width, height }) {
      const member = memberShown(state, ui);
      const [curve] = member ? curves(member, 5) : [];
      const series = [{ name: title, hue, points: curve?.points ?? [] }];
      const x = [0, member?.epochs ?? 1] as const;
      return plot({ title: `${title}${ofMember(member)}`, series, x, unit: "epoch", format, label, width, height, words });
    },
  };
}
