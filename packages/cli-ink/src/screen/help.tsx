import { Box, Text } from "ink";

/** What keys show. */
const SHOWN = [
  ["tab", "other charts, where not all have room"],
  ["m", "another metric in the table of members and in the votes"],
  ["h, ?", "close this help"],
] as const;

const LINES = [
  ["p", "pause; again: go on"],
  ["s", "stop when the running epoch is over, and save"],
  ["q, Ctrl-C", "save after the running batch, and quit; resume any time"],
  ["Ctrl-C again", "leave at once; work since the last checkpoint is redone"],
  ...SHOWN,
] as const;

const WATCHED = [["q, Ctrl-C", "leave; the run goes on"], ...SHOWN] as const;

const WORDS = [
  ["ε", "weighted share of training rows it gets wrong"],
  ["alpha", "how much its vote counts"],
  ["n, single, mean", "first n members: newest alone, mean of all alone"],
] as const;

/** Keys and words, in place of lanes and charts. */
export function Help({ watching, voters }: { readonly watching: boolean; readonly voters: readonly string[] }) {
  return (
    <Box flexDirection="column">
      <Text bold>Keys</Text>
      {(watching ? WATCHED : LINES).map(([key, does]) => (
        <Entry key={key} word={key} text={does} />
      ))}
      <Text> </Text>
      <Text bold>Words</Text>
      {WORDS.map(([word, text]) => (
        <Entry key={word} word={word} text={text} />
      ))}
      {voters.length > 0 && <Entry word={voters.join(", ")} text={'ways to vote; "benn plugins" describes them'} />}
    </Box>
  );
}

function Entry({ word, text }: { readonly word: string; readonly text: string }) {
  return (
    <Text wrap="truncate">
      {"  "}
      <Text bold>{word.padEnd(20)}</Text>
      {text}
    </Text>
  );
}
