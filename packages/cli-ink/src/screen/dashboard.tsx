import { Box } from "ink";
import { DrawLines } from "./draw-lines.tsx";
import { frame, type FrameProps } from "./frame.ts";
import { chooseTheme, type Theme } from "./theme.ts";

export interface DashboardProps extends FrameProps {
  readonly theme?: Theme;
  readonly ascii?: boolean;
}

/** The whole screen. */
export function Dashboard({ theme = chooseTheme("dark", undefined), ascii = false, ...props }: DashboardProps) {
  return (
    // No width of its own: `columns` is a render late after a resize, and Ink then draws once with lines that the narrower window wraps.
    <Box flexDirection="column" height={props.rows} overflow="hidden">
      <DrawLines lines={frame(props)} theme={theme} ascii={ascii} />
    </Box>
  );
}
