import { Text } from "ink";

interface FooterProps {
  /** What was asked and has not happened yet, or why nothing happens. */
  readonly note: string | undefined;
  readonly watching: boolean;
  readonly paused: boolean;
  /** Whether there are charts that tab would bring. */
  readonly more: boolean;
  /** Whether there are several metrics to choose from. */
  readonly metrics: boolean;
}

/** The last line: the keys that do something now. */
export function Footer({ note, watching, paused, more, metrics }: FooterProps) {
  const keys: (readonly [string, string])[] = [
    ["h", "help"],
    ...(watching
      ? []
      : ([
          ["p", paused ? "go on" : "pause"],
          ["s", "stop after epoch"],
        ] as const)),
    ...(more ? ([["tab", "charts"]] as const) : []),
    ...(metrics ? ([["m", "metric"]] as const) : []),
    ["q", watching ? "leave" : "save and quit"],
  ];
  return (
    <Text wrap="truncate">
      {note === undefined ? "" : <Text bold color="yellow">{`${note}  `}</Text>}
      {keys.map(([key, does], i) => (
        <Text key={key}>
          {i === 0 ? "" : "  "}
          <Text bold>{key}</Text>
          <Text dimColor>{` ${does}`}</Text>
        </Text>
      ))}
    </Text>
  );
}
