import type { MetricInfo } from "@benn/core";
import { Box } from "ink";
import { Fragment } from "react";
import type { RunState } from "../run/run-state.ts";
import type { Arrangement } from "./arrange-panels.ts";
import type { Panel } from "./panel-list.tsx";

interface PanelsProps {
  readonly state: RunState;
  readonly metric: MetricInfo | undefined;
  readonly places: Arrangement<Panel>["places"];
  readonly columns: number;
  readonly height: number;
}

const TABLE_WIDTH = 40;
const GAP = 2;

/** Charts of the member in focus, and the votes so far. */
export function Panels({ state, metric, places, columns, height }: PanelsProps) {
  const tables = places.filter(([first]) => first?.kind === "table").length;
  const tableWidth = Math.min(TABLE_WIDTH, columns);
  const chartWidth = Math.floor((columns - tables * tableWidth - GAP * (places.length - 1)) / Math.max(1, places.length - tables));
  return (
    <Box columnGap={GAP} height={height}>
      {places.map((stack) => (
        <Box key={stack.map(({ id }) => id).join(" ")} flexDirection="column">
          {stack.map(({ id, kind, draw }, i) => {
            const width = kind === "table" ? tableWidth : chartWidth;
            const rows = Math.floor((height + stack.length - 1 - i) / stack.length);
            return <Fragment key={id}>{draw({ state, metric, width, height: rows })}</Fragment>;
          })}
        </Box>
      ))}
    </Box>
  );
}
