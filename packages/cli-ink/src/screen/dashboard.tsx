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
  onLines?.(lines); // while rendering: an effect would come after Ink has written them
  return (
    // No width of its own: `columns` is a render late after a resize, and Ink then draws once with lines that the narrower window wraps.
    <Box flexDirection="column" height={props.rows} overflow="hidden">
      <DrawLines lines={lines} theme={theme} ascii={ascii} />
    </Box>
  );
}
