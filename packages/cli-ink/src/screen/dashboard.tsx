import { Box } from "ink";
import { DrawLines } from "./draw-lines.tsx";
import { frame, type FrameProps } from "./frame.ts";
import type { Line } from "./line.ts";
import { chooseTheme, type Theme } from "./theme.ts";

export interface DashboardProps extends FrameProps {
  readonly theme?: Theme;
  readonly ascii?: boolean;
  /** Called with the lines that are about to be drawn. */
  onLines?(lines: readonly Line[]): void;
}

/** The whole screen. */
export function Dashboard({ theme = chooseTheme("dark", undefined), ascii = false, onLines, ...props }: DashboardProps) {
  const lines = frame(props);
  onLines?.(lines); // during rendering: an effect would run after Ink has written them
  return (
    // No width of its own: after a resize, `columns` is one render late, and Ink would draw once with lines that the narrower window wraps.
    <Box flexDirection="column" height={props.rows} overflow="hidden">
      <DrawLines lines={lines} theme={theme} ascii={ascii} />
    </Box>
  );
}
