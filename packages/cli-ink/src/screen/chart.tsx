import { Box, Text } from "ink";
import { braille } from "../run/braille.ts";
import type { Point } from "../run/history.ts";
import { shorten } from "./shorten.ts";

interface ChartProps {
  readonly title: string;
  readonly curve: readonly Point[];
  /** The x axis goes from 0 to here, in epochs. */
  readonly epochs: number;
  /** Of the newest value, and of values beside the y axis, where 6 cells fit. */
  readonly format: (value: number) => string;
  readonly label: (value: number) => string;
  readonly color: string;
  /** In cells; the title and the x axis take a line each. */
  readonly width: number;
  readonly height: number;
}

const LABELS = 7;

/** A curve over the epochs with its axes. */
export function Chart({ title, curve, epochs, format, label, color, width, height }: ChartProps) {
  const rows = Math.max(1, height - 2);
  const plot = Math.max(4, width - LABELS - 1);
  const values = curve.map(({ y }) => y).filter((y) => Number.isFinite(y));
  const low = Math.min(...values);
  const high = Math.max(...values);
  const y = values.length === 0 ? ([0, 1] as const) : rangeOf(low, high, label);
  const lines = braille(curve, { width: plot, height: rows, x: [0, epochs], y });
  const labelOf = (row: number): string => {
    if (values.length === 0) return "";
    if (row === 0) return label(y[1]);
    if (row === rows - 1) return label(y[0]);
    return rows >= 5 && row === (rows - 1) / 2 ? label((y[0] + y[1]) / 2) : "";
  };
  const last = values.at(-1);
  const value = last === undefined ? "–" : format(last);
  const heading = shorten(title, width - value.length - 1);
  return (
    <Box
      flexDirection="column"
      width={width}
      aria-label={last === undefined ? `${title}: nothing yet` : `${title}: from ${format(values[0] ?? last)} to ${format(last)}`}
    >
      <Text wrap="truncate">
        <Text bold>{heading}</Text>
        <Text dimColor={last === undefined}>{` ${value}`}</Text>
      </Text>
      {lines.map((line, row) => (
        // eslint-disable-next-line react/no-array-index-key -- a row of the screen is its place
        <Text key={row} wrap="truncate">
          <Text dimColor>{`${labelOf(row).padStart(LABELS - 1)} │`}</Text>
          <Text color={color}>{line}</Text>
        </Text>
      ))}
      <Text dimColor wrap="truncate">
        {`${" ".repeat(LABELS - 1)}0└${axis(plot, epochs)}`}
      </Text>
    </Box>
  );
}

/** From the lowest to the highest value, or as much more as it takes for the two to read differently: else noise would look like a trend. */
function rangeOf(low: number, high: number, label: (value: number) => string): readonly [number, number] {
  const middle = (low + high) / 2;
  let half = (high - low) / 2 || 1e-4 * (Math.abs(middle) || 1);
  while (label(middle - half) === label(middle + half)) half *= 2;
  return half > (high - low) / 2 ? [middle - half, middle + half] : [low, high];
}

function axis(width: number, epochs: number): string {
  const end = ` epoch ${epochs}`;
  return `${"─".repeat(Math.max(0, width - end.length))}${end}`;
}
