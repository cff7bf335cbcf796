import { metricHead, metricLabel, metricText } from "../run/metric-values.ts";
import { voteMetrics } from "../run/run-metrics.ts";
import type { RunState } from "../run/run-state.ts";
import { headline } from "../run/summary.ts";
import { footer } from "./footer.ts";
import { statusOf } from "./header.ts";
import { bold, cut, dim, fill, type Hue, type Line, line, span } from "./line.ts";
import { plot, type Series } from "./plot.ts";
import { type Quantity, quantitiesOf } from "./quantities.ts";
import { shorten } from "./shorten.ts";
import { type Tile, tile } from "./tile.ts";
import type { UiState } from "./ui-state.ts";

/** One of several runs that are compared. */
export interface ComparedRun {
  readonly name: string;
  readonly state: RunState;
}

/** A key of the configurations, and its value in each run, as JSON. */
export interface SettingRow {
  readonly key: string;
  readonly values: readonly (string | undefined)[];
}

export interface CompareProps {
  readonly runs: readonly ComparedRun[];
  /** Keys that differ. */
  readonly settings: readonly SettingRow[];
  readonly ui: UiState;
  readonly columns: number;
  readonly rows: number;
  readonly words?: boolean;
}

const HUES: readonly Hue[] = ["series0", "series1", "series2", "series3", "series4", "series5", "series6", "series7"];

const HELP: readonly Line[] = [
  line(bold("Keys")),
  ...(
    [
      ["j k, ↑ ↓", "the member whose curves are compared"],
      ["c", "next chart, on small terminals"],
      ["y, w", "log scale, smoothing"],
      ["PgUp, PgDn", "scroll the settings"],
      ["/", "only runs whose names have these letters"],
      ["q, Ctrl-C", "leave"],
    ] as const
  ).map(([key, does]) => line("  ", bold(key.padEnd(12)), does)),
];

/** Several runs: their votes and curves overlaid, and the differences of their configurations. */
export function compareFrame({ runs, settings, ui, columns, rows, words = false }: CompareProps): Line[] {
  const wanted = ui.filter.trim().toLowerCase();
  const left = runs.filter(({ name }) => name.toLowerCase().includes(wanted));
  const legend = runs
    .slice(0, Math.max(1, Math.floor(rows / 4)))
    .map((run, i) => runLine(run, HUES[i % HUES.length] ?? "series0", columns));
  const table = settingLines(runs, settings, columns);
  const free = rows - legend.length - 2;
  const most = Math.max(2, Math.min(table.length, Math.floor(free / 2)));
  const shown = ui.scroll >= table.length - most ? Math.max(0, table.length - most) : ui.scroll;
  const lower = table.length <= most ? table : [table[0] ?? [], ...table.slice(1 + shown, most + shown)];
  const height = free - lower.length - 1;
  const hueOf = (run: ComparedRun): Hue => HUES[runs.indexOf(run) % HUES.length] ?? "series0";
  const tiles = [votes(left, hueOf, words), ...quantities(left).map((own) => curve(own, left, { hueOf, ui, words }))];
  return fill(
    [
      line(bold("benn", "accent"), bold(` ${runs.length} runs`), dim(ui.member === undefined ? "" : `  member ${ui.member + 1}`)),
      ...legend,
      ...fill(ui.help ? HELP : tile(tiles, { width: columns, height, first: ui.panel, words }), height),
      [],
      ...lower,
      footer({
        columns,
        note: ui.typing || ui.filter !== "" ? `/${ui.filter}` : undefined,
        keys: [
          ["j k", "member"],
          ["c", "charts"],
          ["y", "log scale"],
          ["PgUp PgDn", "settings"],
          ["/", "runs"],
        ],
        last: ["q", "leave"],
      }),
    ],
    rows,
  ).map((own) => cut(own, columns));
}

function runLine({ name, state }: ComparedRun, hue: Hue, columns: number): Line {
  const [metric] = voteMetrics(state);
  const done = metric && headline(state, metric);
  const vote = done ? `${done.voter} vote of ${done.members}: ${metricText(metric, done.value)}` : "no vote yet";
  return line(span("■ ", hue), bold(shorten(name, Math.floor(columns / 2))), dim(`  ${statusOf(state)}  `), vote);
}

function votes(runs: readonly ComparedRun[], hueOf: (run: ComparedRun) => Hue, words: boolean): Tile {
  return {
    name: "votes",
    draw(width, height) {
      const [metric] = runs.flatMap(({ state }) => voteMetrics(state));
      if (!metric) return [line(bold("Votes")), line(dim("appears after the first member finishes"))];
      const series = runs.map((run): Series => {
        const voter = run.state.start?.voter.split(" ")[0] ?? "";
        const points = run.state.staged.map(({ members, metrics }) => ({ x: members, y: metrics[metric.name]?.test[voter] ?? Number.NaN }));
        return { name: shorten(run.name, 16), hue: hueOf(run), points };
      });
      const x = [1, Math.max(2, ...series.flatMap(({ points }) => points.map((point) => point.x)))] as const;
      const [format, label] = [(y: number) => metricText(metric, y), (y: number) => metricLabel(metric, y)];
      return plot({ title: `Vote of the first n, test ${metricHead(metric)}`, series, x, unit: "n", format, label, width, height, words });
    },
  };
}

/** The quantities that at least one run measures, each once. */
function quantities(runs: readonly ComparedRun[]): readonly Quantity[] {
  const all = runs.flatMap(({ state }) => quantitiesOf(state));
  return all.filter(({ name }, i) => all.findIndex((other) => other.name === name) === i);
}

function curve(
  { name, title, format, label, curves }: Quantity,
  runs: readonly ComparedRun[],
  { hueOf, ui, words }: { hueOf: (run: ComparedRun) => Hue; ui: UiState; words: boolean },
): Tile {
  return {
    name,
    draw(width, height) {
      const nth = ui.member ?? 0;
      const series = runs.flatMap((run): Series[] => {
        const member = run.state.members[nth];
        return member ? [{ name: shorten(run.name, 16), hue: hueOf(run), points: curves(member, ui.smoothing)[0]?.points ?? [] }] : [];
      });
      const epochs = Math.max(1, ...runs.map(({ state }) => state.members[nth]?.epochs ?? 0));
      const shown = series.length > 0 ? series : [{ name: title, hue: "dim" as const, points: [] }];
      const options = { series: shown, x: [0, epochs] as const, unit: "epoch", format, label, log: ui.log, width, height, words };
      return plot({ ...options, title: `${title}, member ${nth + 1}${ui.log ? " (log)" : ""}` });
    },
  };
}

/** A table of the settings that differ. */
export function settingLines(runs: readonly ComparedRun[], settings: readonly SettingRow[], columns: number): Line[] {
  if (settings.length === 0) return [line(dim("The configurations do not differ."))];
  const key = Math.min(32, Math.max(8, ...settings.map((row) => row.key.length)));
  const cell = Math.max(6, Math.floor((columns - key) / Math.max(1, runs.length)) - 2);
  return [
    line(bold("Settings".padEnd(key)), ...runs.map(({ name }, i) => span(`  ${shorten(name, cell).padEnd(cell)}`, HUES[i % HUES.length]))),
    ...settings.map((row) =>
      line(shorten(row.key, key).padEnd(key), ...row.values.map((value) => ({ text: `  ${shorten(value ?? "–", cell).padEnd(cell)}` }))),
    ),
  ];
}
