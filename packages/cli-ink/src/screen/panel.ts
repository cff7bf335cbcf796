import type { Line } from "./line.ts";
import type { ViewProps } from "./view.ts";

export type PanelProps = Pick<ViewProps, "state" | "metric" | "ui" | "words" | "width" | "height">;

/** A part of the overview below the members. */
export interface Panel {
  readonly id: string;
  /** Charts may stand one above the other; a table stands by itself, at the right. */
  readonly kind: "chart" | "table";
  readonly draw: (props: PanelProps) => Line[];
}
