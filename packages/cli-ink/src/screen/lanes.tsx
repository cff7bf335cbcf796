import { Box, Text } from "ink";
import { sparkline } from "../run/braille.ts";
import { percent, short } from "../run/format.ts";
import { runningMean } from "../run/history.ts";
import type { MemberState } from "../run/run-state.ts";
import { chooseLanes, type Lane } from "./choose-lanes.ts";

interface LanesProps {
  readonly members: readonly MemberState[];
  /** Index of the member to keep in sight. */
  readonly focus: number;
  readonly columns: number;
  /** Lines, the title's among them. */
  readonly height: number;
}

const SYMBOLS = { waiting: "·", training: "▶", done: "✓", dropped: "✗" } as const;
const COLORS = { waiting: "gray", training: "cyan", done: "green", dropped: "red" } as const;
/** Widths of the columns right of the curve: loss, train, test, ε, alpha. */
const NUMBERS = [6, 8, 8, 7, 7] as const;

/** A line for each member: state, epoch, curve and value of the loss, accuracies, ε and alpha. */
export function Lanes({ members, focus, columns, height }: LanesProps) {
  const epochs = Math.max(5, 1 + 2 * String(Math.max(0, ...members.map((member) => member.epochs))).length);
  const rest = columns - 5 - epochs - 3 - NUMBERS.reduce((a, b) => a + b, 0);
  const names = members.map(({ plan }) => nameOf(plan));
  const longest = Math.max(0, ...names.map(({ length }) => length));
  const withNames = new Set(names).size > 1 || columns >= 100;
  const name = withNames ? Math.min(longest, Math.max(8, rest - 10)) + 2 : 0;
  const curve = Math.max(4, Math.min(40, rest - name));
  const cells = (values: readonly string[]): string => values.map((value, i) => value.padStart(NUMBERS[i] ?? 0)).join("");
  return (
    <Box flexDirection="column">
      <Text dimColor wrap="truncate">
        {`     ${name > 0 ? "net".padEnd(name) : ""}${"epoch".padStart(epochs)}   ${"loss".padEnd(curve)}${cells(["", "train", "test", "ε", "alpha"])}`}
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
            {name > 0
              ? nameOf(lane.member.plan)
                  .slice(0, name - 2)
                  .padEnd(name)
              : ""}
            {`${lane.member.epoch}/${lane.member.epochs}`.padStart(epochs)}
            {"   "}
            <Text color={COLORS[lane.member.status]} bold={false}>
              {sparkline(runningMean(lane.member.batchLoss), curve, lane.member.epochs).padEnd(curve)}
            </Text>
            {cells(numbersOf(lane.member))}
          </Text>
        ) : (
          <Text key={lane.kind} dimColor wrap="truncate">
            {summaryOf(lane)}
          </Text>
        ),
      )}
    </Box>
  );
}

function nameOf(plan: MemberState["plan"]): string {
  if (!plan) return "";
  return plan.binarizer === "deterministic" ? plan.architecture : `${plan.architecture} ${plan.binarizer}`;
}

function numbersOf({ status, epochLoss, batchLoss, accuracy, final, error, alpha }: MemberState): string[] {
  if (status === "waiting") return [];
  const loss = epochLoss.at(-1) ?? batchLoss.at(-1);
  const own = (share: number | undefined): string => (share === undefined ? "" : percent(share));
  return [
    short(loss?.y),
    own(final?.train ?? accuracy.at(-1)?.y),
    own(final?.test),
    error === undefined ? "" : short(error),
    alpha === undefined ? (status === "dropped" ? "dropped" : "") : short(alpha),
  ];
}

function summaryOf({ kind, members }: Exclude<Lane, { kind: "member" }>): string {
  const first = (members[0]?.member ?? 0) + 1;
  const last = (members.at(-1)?.member ?? 0) + 1;
  const range = first === last ? `${first}` : `${first}–${last}`;
  if (kind === "waiting") return `·  ${range} waiting`;
  const tests = members.flatMap(({ final }) => final?.test ?? []);
  if (tests.length === 0) return `✓  ${range} finished`;
  const mean = tests.reduce((sum, test) => sum + test, 0) / tests.length;
  return `✓  ${range} finished: test ${percent(Math.min(...tests))} to ${percent(Math.max(...tests))}, mean ${percent(mean)}`;
}
