import { Text } from "ink";

interface FooterProps {
  readonly columns: number;
  /** What was asked and has not happened yet, or why nothing happens. */
  readonly note: string | undefined;
  readonly watching: boolean;
  readonly paused: boolean;
  /** Whether there are charts that tab would bring. */
  readonly more: boolean;
  /** Whether there are several metrics to choose from. */
  readonly metrics: boolean;
}

/** The last line: the keys that do something now. Where not all fit, help and the way out stay; help names the others. */
export function Footer({ columns, note, watching, paused, more, metrics }: FooterProps) {
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
  const room = columns - (note === undefined ? 0 : note.length + 2);
  const width = (): number => keys.reduce((sum, [key, does]) => sum + key.length + 1 + does.length + 2, -2);
  while (keys.length > 2 && width() > room) keys.splice(-2, 1);
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
