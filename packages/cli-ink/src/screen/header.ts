import { clock, count, imagesPerSecond, percent } from "../run/format.ts";
import { inTraining, progressOf, type RunState } from "../run/run-state.ts";
import { leftWords } from "../run/time-left.ts";
import { fitting } from "./fitting.ts";
import { bold, dim, type Line, line, span } from "./line.ts";

interface HeaderProps {
  readonly state: RunState;
  /** Seconds of work up to this moment. */
  readonly elapsed: number;
  readonly left: number | undefined;
  readonly columns: number;
  /** Words instead of the bar. */
  readonly words: boolean;
}

/** What is trained, the progress, and the time left: three lines. */
export function header({ state, elapsed, left, columns, words }: HeaderProps): Line[] {
  const done = progressOf(state);
  const text = [
    `${Math.floor(100 * done)} %`,
    `  ${statusOf(state)} · ${clock(elapsed)}`,
    left === undefined ? "" : ` · ${leftWords(state, left)}`,
  ] as const;
  // The bar gives way to the words.
  const bar = Math.max(0, Math.min(40, Math.max(8, columns - 54), columns - 1 - text.join("").length));
  const full = Math.round(Math.min(1, Math.max(0, done)) * bar);
  const name = state.start?.run ?? "";
  return [
    line(bold("benn", "accent"), " ", bold(name), dim(`  ${fitting(recipe(state), columns - name.length - 7)}`)),
    line(dim(fitting(data(state), columns))),
    line(...(words || bar < 2 ? [] : [span("█".repeat(full), "good"), dim("░".repeat(bar - full)), " "]), bold(text[0]), ...text.slice(1)),
  ];
}

/** Who trains, where other machines do. */
function elsewhere({ workers: seen, end }: RunState): string[] {
  if (!seen || end) return [];
  const { workers, waiting, retaken } = seen;
  return [`${workers} ${workers === 1 ? "worker" : "workers"}, ${waiting} waiting, ${retaken} retaken`];
}

function recipe({ start, members }: RunState): string[] {
  if (!start) return [];
  const nets = [...new Set(start.members.map(({ architecture }) => architecture))];
  return [
    `${members.length} × ${nets.length === 1 ? nets[0] : `${nets.length} nets`}`,
    start.scheme,
    start.mode,
    `${start.voter} vote`,
    ...(start.stopWhen ? [`patience ${start.stopWhen.patience}`] : []),
    `seed ${start.seed}`,
    [...new Set(start.members.map(({ binarizer }) => binarizer))].join(", "),
  ];
}

function data(state: RunState): string[] {
  const { start, progress } = state;
  const underWay = progress
    ? [progress.total > 0 ? `${progress.what}: ${percent(progress.done / progress.total)}` : `${progress.what} …`]
    : [];
  if (!start) return progress ? underWay : ["loading …"];
  const { name, train, validation, test } = start.dataset;
  const held = validation > 0 ? `, ${count(validation)} validation` : "";
  const rates = inTraining(state).flatMap(({ imagesPerSecond }) => imagesPerSecond ?? []);
  const rate = rates.reduce((sum, one) => sum + one, 0);
  const speed = rate === 0 ? [] : [imagesPerSecond(rate)];
  return [
    ...underWay,
    ...elsewhere(state),
    `${name}: ${count(train)} train${held}, ${count(test)} test`,
    start.backend,
    `batch ${start.batchSize}`,
    ...speed,
  ];
}

/** The status in a few words, also used as the window title. */
export function statusOf(state: RunState): string {
  const { start, members, control, end } = state;
  if (end)
    return {
      finished: "finished",
      "stopped-by-scheme": "stopped by the scheme",
      "stopped-early": "stopped early",
      interrupted: "interrupted",
    }[end.reason];
  if (control === "paused") return "paused";
  if (control === "stopping") return "saving";
  const training = inTraining(state);
  const running = training.map(({ member }) => member + 1);
  const scoring = training.length > 0 && training.every(({ isScoring }) => isScoring) ? ", scoring" : "";
  if (running[0] === 0) return `pretraining${scoring}`;
  if (running.length > 1)
    return `members ${running.length > 3 ? `${running[0]}–${running.at(-1)}` : running.join(", ")} of ${members.length}${scoring}`;
  const finished = members.filter((member) => member.status === "done" || member.status === "rejected").length;
  return start ? `member ${running[0] ?? Math.min(members.length, finished + 1)} of ${members.length}${scoring}` : "starting";
}
