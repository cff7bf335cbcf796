import { Box, Text } from "ink";
import { count, duration, percent } from "../run/format.ts";
import { inTraining, progressOf, type RunState } from "../run/run-state.ts";
import { leftWords } from "../run/time-left.ts";
import { fitting } from "./fitting.ts";
import { ProgressBar } from "./progress-bar.tsx";

interface HeaderProps {
  readonly state: RunState;
  /** Seconds of work, counted on to this moment. */
  readonly elapsed: number;
  readonly left: number | undefined;
  readonly columns: number;
}

/** What is trained, how far it is, and how long it will take: three lines. */
export function Header({ state, elapsed, left, columns }: HeaderProps) {
  const done = progressOf(state);
  const barWidth = Math.max(8, Math.min(40, columns - 54));
  const name = state.start?.run ?? "";
  return (
    <Box flexDirection="column">
      <Text wrap="truncate">
        <Text bold color="cyan">
          benn
        </Text>{" "}
        <Text bold>{name}</Text>
        <Text dimColor>{`  ${fitting(recipe(state), columns - name.length - 7)}`}</Text>
      </Text>
      <Text wrap="truncate" dimColor>
        {fitting(data(state), columns)}
      </Text>
      <Text wrap="truncate">
        <ProgressBar value={done} width={barWidth} label="progress of the ensemble" /> <Text bold>{`${Math.floor(100 * done)} %`}</Text>
        {`  ${status(state)} · ${duration(elapsed)}`}
        {left === undefined ? "" : ` · ${leftWords(state, left)}`}
      </Text>
    </Box>
  );
}

function recipe({ start }: RunState): string[] {
  if (!start) return [];
  const nets = [...new Set(start.members.map(({ architecture }) => architecture))];
  return [
    `${start.members.length} × ${nets.length === 1 ? nets[0] : `${nets.length} nets`}`,
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
  const underWay = progress ? [`${progress.what}: ${percent(progress.total > 0 ? progress.done / progress.total : 0)}`] : [];
  if (!start) return progress ? underWay : ["reading data"];
  const { name, train, validation, test } = start.dataset;
  const held = validation > 0 ? `, ${count(validation)} validation` : "";
  const rates = inTraining(state).flatMap(({ imagesPerSecond }) => imagesPerSecond ?? []);
  const rate = rates.reduce((sum, one) => sum + one, 0);
  const speed = rate === 0 ? [] : [`${rate >= 100 ? count(rate) : rate.toFixed(1)} images/s`];
  return [...underWay, `${name}: ${count(train)} train${held}, ${count(test)} test`, start.backend, `batch ${start.batchSize}`, ...speed];
}

function status(state: RunState): string {
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
  const running = inTraining(state).map(({ member }) => member + 1);
  if (running[0] === 0) return "pretraining";
  if (running.length > 1)
    return `members ${running.length > 3 ? `${running[0]}–${running.at(-1)}` : running.join(", ")} of ${members.length}`;
  const finished = members.filter((member) => member.status === "done" || member.status === "rejected").length;
  return start ? `member ${running[0] ?? Math.min(members.length, finished + 1)} of ${members.length}` : "starting";
}
