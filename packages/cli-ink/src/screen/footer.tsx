import { Text } from "ink";

/** A key and what it does. */
export interface Hint {
  readonly key: string;
  readonly does: string;
}

/** The last line: the keys. */
export function Footer({ hints, note }: { readonly hints: readonly Hint[]; readonly note: string | undefined }) {
  return (
    <Text wrap="truncate">
      {note === undefined ? "" : <Text bold color="yellow">{`${note}  `}</Text>}
      {hints.map(({ key, does }, i) => (
        <Text key={key}>
          {i === 0 ? "" : "  "}
          <Text bold>{key}</Text>
          <Text dimColor>{` ${does}`}</Text>
        </Text>
      ))}
    </Text>
  );
}
