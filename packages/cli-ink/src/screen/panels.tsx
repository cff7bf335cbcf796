import { Box } from "ink";
import { percent, short } from "../run/format.ts";
import { runningMean } from "../run/history.ts";
import { memberInFocus, type RunState } from "../run/run-state.ts";
import { arrangePanels, type Panel } from "./arrange-panels.ts";
import { Chart } from "./chart.tsx";
import { Votes } from "./votes.tsx";

interface PanelsProps {
  readonly state: RunState;
  readonly columns: number;
  readonly height: number;
  readonly view: number;
}

const VOTES_WIDTH = 40;
const GAP = 2;

/** Charts of the member in focus, and the votes so far. */
export function Panels({ state, columns, height, view }: PanelsProps) {
  const places = arrangePanels(columns, height, view);
  const member = memberInFocus(state);
  const name = member === undefined ? "" : member.member < 0 ? " before member 1" : ` of member ${member.member + 1}`;
  const votes = places.flat().includes("votes") ? Math.min(VOTES_WIDTH, columns) : 0;
  const charts = places.filter(([first]) => first !== "votes").length;
  const width = Math.floor((columns - votes - GAP * (places.length - 1)) / Math.max(1, charts));
  const epochs = member?.epochs ?? 1;
  const draw = (panel: Panel, rows: number) => {
    if (panel === "votes") return <Votes key={panel} state={state} width={votes} height={rows} />;
    const isLoss = panel === "loss";
    return (
      <Chart
        key={panel}
        title={isLoss ? `Loss${name}` : `Training accuracy${name}`}
        curve={isLoss ? runningMean(member?.batchLoss ?? []) : (member?.accuracy ?? [])}
        epochs={epochs}
        format={isLoss ? short : percent}
        color={isLoss ? "cyan" : "green"}
        width={width}
        height={rows}
      />
    );
  };
  return (
    <Box columnGap={GAP} height={height}>
      {places.map((stack) => (
        <Box key={stack.join(" ")} flexDirection="column">
          {stack.map((panel, i) => draw(panel, Math.floor((height + stack.length - 1 - i) / stack.length)))}
        </Box>
      ))}
    </Box>
  );
}
