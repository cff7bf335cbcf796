import { Text } from "ink";
import type { Line, Span } from "./line.ts";
import { plainCharacters } from "./plain-characters.ts";
import type { Theme } from "./theme.ts";

interface DrawLinesProps {
  readonly lines: readonly Line[];
  readonly theme: Theme;
  /** Whether to draw only ASCII characters. */
  readonly ascii: boolean;
}

/** Lines in the theme's colours. */
export function DrawLines({ lines, theme, ascii }: DrawLinesProps) {
  return lines.map((spans, row) => (
    // eslint-disable-next-line react/no-array-index-key -- a row of the screen is its place
    <Text key={row} wrap="truncate">
      {/* eslint-disable-next-line react/no-array-index-key -- nor has a span of it another name */}
      {spans.length === 0 ? " " : spans.map((one, i) => <DrawSpan key={i} {...{ one, theme, ascii }} />)}
    </Text>
  ));
}

function DrawSpan({ one: { text, hue, bold, inverse, pixel }, theme, ascii }: { one: Span; theme: Theme; ascii: boolean }) {
  const shown = ascii ? plainCharacters(text) : text;
  const [color, backgroundColor] = pixel ?? [hue === undefined ? undefined : theme.colors[hue], undefined];
  return (
    <Text
      {...(color === undefined ? {} : { color })}
      {...(backgroundColor === undefined ? {} : { backgroundColor })}
      {...(bold ? { bold } : {})}
      {...(inverse ? { inverse } : {})}
    >
      {shown}
    </Text>
  );
}
