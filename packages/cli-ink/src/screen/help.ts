import { wrap } from "../run/wrap.ts";
import { bold, dim, type Line, line } from "./line.ts";
import type { KeyWords, View } from "./view.ts";

const EVERYWHERE: readonly KeyWords[] = [
  ["↑ ↓, j k, wheel", "another member; in lists: scroll. Also PgUp, PgDn, g, G"],
  ["← →, h l", "the cursor of charts"],
  ["/", "filter members (3, 2-5, a net, a state), classes, metrics, lines of the log; escape ends it"],
  ["m", "another metric in the table of members and in the votes"],
  ["c", "next chart, on small terminals"],
  ["escape", "back to the member in training, nothing zoomed or filtered"],
  ["?", "close this help"],
];

const WORDS: readonly KeyWords[] = [
  ["✓ ▶ · ✗", "finished, in training, waiting, rejected by the scheme"],
  ["ε", "weighted training error of the member, from 0 to 1"],
  ["alpha", "the member's vote weight"],
  ["train, test", "of the member alone: while it trains as measured on the way, then scored"],
  ["n, single, mean", "n members vote; member n alone; the single members on average"],
  ["time left", "from what epochs and scorings took so far; other nets are assumed to be as slow"],
  ["images/s", "training speed, of all members in training"],
];

interface HelpProps {
  readonly view: View;
  /** How many views there are. */
  readonly views: number;
  /** Keys of the run: pause, stop. */
  readonly keys: readonly KeyWords[];
  readonly voters: readonly string[];
  readonly width: number;
}

/** The help, in place of the view: all lines. */
export function helpLines({ view, views, keys, voters, width }: HelpProps): Line[] {
  const others = voters.length > 0 ? ([[voters.join(", "), 'ways to vote; "benn plugins" describes them']] as const) : [];
  return [
    line(bold(`Keys in ${view.name}`), dim(`  ${view.about}`)),
    ...view.keys.flatMap((key) => entry(key, width)),
    [],
    line(bold("Keys of the run")),
    ...keys.flatMap((key) => entry(key, width)),
    [],
    line(bold("Keys everywhere")),
    ...entry([`1 – ${views < 10 ? views : "9, 0"}, tab`, "another view"], width),
    ...EVERYWHERE.flatMap((key) => entry(key, width)),
    [],
    line(bold("Words")),
    ...[...WORDS, ...others].flatMap((word) => entry(word, width)),
  ];
}

/** The lines that fit, from `scroll` on, and how many follow. */
export function scrolledHelp(lines: readonly Line[], height: number, scroll: number): Line[] {
  const from = Math.min(scroll, Math.max(0, lines.length - height));
  const more = lines.length - from - height;
  return [...lines.slice(from, from + height - (more > 0 ? 1 : 0)), ...(more > 0 ? [line(dim(`  ↓ ${more + 1} more lines`))] : [])];
}

const HEAD = 20;

function entry([word, text]: KeyWords, width: number): Line[] {
  const head = width < 50 ? 12 : HEAD;
  return wrap(text, Math.max(10, width - head - 2)).map((part, i) => line("  ", bold((i === 0 ? word : "").padEnd(head)), part));
}
