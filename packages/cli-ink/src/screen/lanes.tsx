import type { MetricInfo } from "@benn/core";
import { Box, Text } from "ink";
import { sparkline } from "../run/braille.ts";
import { short } from "../run/format.ts";
import { runningMean } from "../run/history.ts";
import { metricHead, metricLabel, metricText } from "../run/metric-values.ts";
import type { MemberState } from "../run/run-state.ts";
import { chooseLanes, type Lane } from "./choose-lanes.ts";
import { shorten } from "./shorten.ts";

interface LanesProps {
  readonly members: readonly MemberState[];
  /** What members are measured by in the columns train and test. */
  readonly metric: MetricInfo | undefined;
  /** Index of the member to keep in sight. */
  readonly focus: number;
  readonly columns: number;
  /** Lines, the title's among them. */
  readonly height: number;
}

const SYMBOLS = { waiting: "·", training: "▶", done: "✓", rejected: "✗" } as const;
const COLORS = { waiting: "gray", training: "cyan", done: "green", rejected: "red" } as const;
/** Widths of the columns right of the curve: loss, train, test, ε, alpha. The second is wider where the metric's title has room. */
const NUMBERS = [6, 8, 8, 7, 7] as const;
/** A name that is longer is shortened where room is scarce. */
const LEAST_NAME = 8;
/** A curve that is shorter gives no room away. */
const LEAST_CURVE = 12;

/** A line for each member: state, epoch, curve and value of the loss, the metric on training and test rows, ε and alpha. */
export function Lanes({ members, metric, focus, columns, height }: LanesProps) {
  const epochs = Math.max(5, 1 + 2 * String(Math.max(0, ...members.map((member) => member.epochs))).length);
  const binarizers = new Set(members.map(({ plan }) => plan?.binarizer)).size;
  const nameOf = ({ plan }: MemberState): string => (plan ? `${plan.architecture}${binarizers > 1 ? ` ${plan.binarizer}` : ""}` : "");
  const names = members.map(nameOf);
  const longest = Math.max(0, ...names.map(({ length }) => length));
  const withNames = new Set(names).size > 1 || columns >= 100;
  // Where there is no room for all, the vote weight goes first, then the error: both are there when the run is over.
  const least = 5 + epochs + 3 + 4 + (withNames ? Math.min(longest, LEAST_NAME) + 2 : 0);
  const numbers = [...NUMBERS];
  while (numbers.length > 3 && least + numbers.reduce((a, b) => a + b, 0) > columns) numbers.pop();
  const rest = columns - 5 - epochs - 3 - numbers.reduce((a, b) => a + b, 0);
  const name = withNames ? Math.min(longest, Math.max(LEAST_NAME, rest - 10)) + 2 : 0;
  const train = `train${titleOf(metric, rest - name - LEAST_CURVE)}`;
  const [loss = 0, narrow = 0, ...others] = numbers;
  const width = Math.max(narrow, train.length + 2);
  const widths = [loss, width, ...others];
  const curve = Math.max(4, Math.min(40, rest + narrow - name - width));
  const cells = (values: readonly string[]): string =>
    widths
      .map((cell, i) => (values[i] ?? "").padStart(cell))
      .join("")
      .trimEnd();
  return (
    <Box flexDirection="column">
      <Text dimColor wrap="truncate">
        {`     ${name > 0 ? "net".padEnd(name) : ""}${"epoch".padStart(epochs)}   ${"loss".padEnd(curve)}${cells(["", train, "test", "ε", "alpha"])}`}
      </Text>
      {chooseLanes(members, focus, height - 1).map((lane) =>
        lane.kind === "member" ? (
          <Text
            key={lane.member.member}
            wrap="truncate"
            dimColor={lane.member.status === "waiting"}
            bold={lane.member.status === "training"}
          >
            <Text color={COLORS[lane.member.status]}>{SYMBOLS[lane.member.status]}</Text>
            {` ${String(lane.member.member + 1).padStart(2)} `}
            {name > 0 ? shorten(nameOf(lane.member), name - 2).padEnd(name) : ""}
            {`${lane.member.epoch}/${lane.member.epochs}`.padStart(epochs)}
            {"   "}
            <Text color={COLORS[lane.member.status]} bold={false}>
              {sparkline(runningMean(lane.member.batchLoss), curve, lane.member.epochs).padEnd(curve)}
            </Text>
            {cells(numbersOf(lane.member, metric))}
          </Text>
        ) : (
          <Text key={lane.kind} dimColor wrap="truncate">
            {summaryOf(lane, metric)}
          </Text>
        ),
      )}
    </Box>
  );
}

/** What stands behind "train" where the metric's title has room. */
function titleOf(metric: MetricInfo | undefined, room: number): string {
  const title = metric === undefined ? "" : ` ${metric.unit === "%" ? metric.title : metricHead(metric)}`;
  return title.length <= room ? title : "";
}

function numbersOf({ status, epochLoss, batchLoss, curves, final, error, alpha }: MemberState, metric: MetricInfo | undefined): string[] {
  if (status === "waiting") return [];
  const loss = epochLoss.at(-1) ?? batchLoss.at(-1);
  const own = (value: number | undefined): string => (metric === undefined || value === undefined ? "" : metricLabel(metric, value));
  const name = metric?.name ?? "";
  return [
    short(loss?.y),
    own(final?.[name]?.train ?? curves[name]?.at(-1)?.y),
    own(final?.[name]?.test),
    error === undefined ? "" : short(error),
    alpha === undefined ? (status === "rejected" ? "none" : "") : short(alpha),
  ];
}

function summaryOf({ kind, members }: Exclude<Lane, { kind: "member" }>, metric: MetricInfo | undefined): string {
  const first = (members[0]?.member ?? 0) + 1;
  const last = (members.at(-1)?.member ?? 0) + 1;
  const range = first === last ? `${first}` : `${first}–${last}`;
  if (kind === "waiting") return `·  ${range} waiting`;
  const tests = members.flatMap(({ final }) => final?.[metric?.name ?? ""]?.test ?? []);
  if (!metric || tests.length === 0) return `✓  ${range} finished`;
  const mean = tests.reduce((sum, test) => sum + test, 0) / tests.length;
  const [low, high, average] = [Math.min(...tests), Math.max(...tests), mean].map((value) => metricText(metric, value));
  return `✓  ${range} finished: test ${low} to ${high}, mean ${average}`;
}
