import { Text } from "ink";

interface ProgressBarProps {
  /** In [0, 1]. */
  readonly value: number;
  readonly width: number;
  readonly label: string;
}

/** A bar that reads without colour too. */
export function ProgressBar({ value, width, label }: ProgressBarProps) {
  const full = Math.round(Math.min(1, Math.max(0, value)) * width);
  return (
    <Text aria-label={label}>
      <Text color="green">{"█".repeat(full)}</Text>
      <Text dimColor>{"░".repeat(width - full)}</Text>
    </Text>
  );
}
