import type { Line } from "./line.ts";
import type { ViewProps } from "./view.ts";

export type PanelProps = Pick<ViewProps, "state" | "metric" | "ui" | "words" | "width" | "height">;

/** A part of the overview below the members. */
export interface Panel {
  readonly id: string;
  /** Charts may be stacked; a table has its own place, at the right. */
  readonly kind: "chart" | "table";
  readonly draw: (props: PanelProps) => Line[];
}
