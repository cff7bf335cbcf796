import type { MembersElsewhere, MetricInfo } from "@benn/core";
import { sparkline } from "../run/braille.ts";
import { count, roughly, short } from "../run/format.ts";
import { runningMean } from "../run/history.ts";
import { metricHead, metricLabel, metricText } from "../run/metric-values.ts";
import type { MemberState } from "../run/run-state.ts";
import { chooseLanes, type Lane } from "./choose-lanes.ts";
import { dim, type Line, line, span } from "./line.ts";
import { shorten } from "./shorten.ts";

interface LanesProps {
  readonly members: readonly MemberState[];
  /** The metric in the columns train and test. */
  readonly metric: MetricInfo | undefined;
  /** Index of the member to keep visible. */
  readonly focus: number;
  /** The chosen member, which is marked. */
  readonly chosen?: number | undefined;
  /** Who trains members, where other machines do. */
  readonly elsewhere?: MembersElsewhere | undefined;
  readonly columns: number;
  /** Number of lines, including the title. */
  readonly height: number;
  /** Words instead of signs and curves. */
  readonly words?: boolean;
}

const SYMBOLS = { waiting: "·", training: "▶", done: "✓", rejected: "✗" } as const;
const HUES = { waiting: "dim", training: "accent", done: "good", rejected: "bad" } as const;
/** Widths of the columns right of the curve: loss, train, test, ε, alpha. The second is wider if the metric's title fits. */
const NUMBERS = [6, 8, 8, 7, 7] as const;
/** Longer names are shortened if room is scarce. */
const LEAST_NAME = 8;
/** Shorter curves are not shortened further. */
const LEAST_CURVE = 12;

/** One line per member: state, epoch, curve and value of the loss, the metric on training and test rows, ε and alpha. */
export function lanes({ members, metric, focus, chosen, elsewhere, columns, height, words = false }: LanesProps): Line[] {
  if (height < 1) return [];
  const epochs = Math.max(5, 1 + 2 * String(Math.max(0, ...members.map((member) => member.epochs))).length);
  const binarizers = new Set(members.map(({ plan }) => plan?.binarizer)).size;
  const netOf = ({ plan }: MemberState): string => (plan ? `${plan.architecture}${binarizers > 1 ? ` ${plan.binarizer}` : ""}` : "");
  const nameOf = (member: MemberState): string => workerOf(member, elsewhere) ?? (elsewhere ? "" : netOf(member));
  const names = members.map(nameOf);
  const longest = Math.max(0, ...names.map(({ length }) => length));
  const withNames = elsewhere !== undefined || new Set(names).size > 1 || columns >= 100;
  // If not all columns fit, the vote weight is dropped first, then the error: both are in the final output.
  const least = 5 + epochs + 3 + 4 + (withNames ? Math.min(longest, LEAST_NAME) + 2 : 0);
  const numbers = [...NUMBERS];
  while (numbers.length > 3 && least + numbers.reduce((a, b) => a + b, 0) > columns) numbers.pop();
  const rest = columns - 5 - epochs - 3 - numbers.reduce((a, b) => a + b, 0);
  const name = withNames ? Math.min(longest, Math.max(LEAST_NAME, rest - 10)) + 2 : 0;
  const train = `train${titleOf(metric, rest - name - LEAST_CURVE)}`;
  const [loss = 0, narrow = 0, ...others] = numbers;
  const width = Math.max(narrow, train.length + 2);
  const widths = [loss, width, ...others];
  const curve = Math.max(4, Math.min(Math.max(40, columns - 80), rest + narrow - name - width));
  const cells = (values: readonly string[]): string =>
    widths
      .map((cell, i) => (values[i] ?? "").padStart(cell))
      .join("")
      .trimEnd();
  const head = dim(
    `     ${name > 0 ? (elsewhere ? "worker" : "net").padEnd(name) : ""}${"epoch".padStart(epochs)}   ${(words ? "state" : "loss").padEnd(curve)}${cells(["", train, "test", "ε", "alpha"])}`,
  );
  const rows = chooseLanes(members, focus, height - 1).map((lane): Line => {
    if (lane.kind !== "member") return line(dim(words ? summaryOf(lane, metric).replace(/^\S/, " ") : summaryOf(lane, metric)));
    const { member } = lane;
    const hue = HUES[member.status];
    const style = { bold: member.status === "training", inverse: member.member === chosen };
    const rest = member.status === "waiting" ? "dim" : undefined;
    const shown = words ? member.status.padEnd(curve) : sparkline(runningMean(member.batchLoss), curve, member.epochs).padEnd(curve);
    return line(
      words ? " " : span(SYMBOLS[member.status], hue),
      span(
        `${member.member === chosen ? "▸" : " "}${String(member.member + 1).padStart(2)} ${name > 0 ? shorten(nameOf(member), name - 2).padEnd(name) : ""}${`${member.epoch}/${member.epochs}`.padStart(epochs)}`,
        rest,
        style,
      ),
      "   ",
      span(shown, hue),
      span(cells(numbersOf(member, metric)), rest, { bold: style.bold }),
    );
  });
  return [line(head), ...rows];
}

/** Who trains a member elsewhere: how long ago it was last heard of, how fast it is, and its name, which is cut where there is no room. */
function workerOf({ member, status, imagesPerSecond: speed }: MemberState, elsewhere: MembersElsewhere | undefined): string | undefined {
  const own = status === "training" ? elsewhere?.members.find((one) => one.member === member) : undefined;
  if (!own) return undefined;
  return `${roughly(own.silentSeconds)} ${speed === undefined ? "" : `${count(Math.round(speed))}/s `}${own.worker}`;
}

/** What follows "train" if the metric's title fits. */
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
  if (kind === "mixed") {
    const counts = (["done", "rejected", "training", "waiting"] as const).flatMap((status) => {
      const n = members.filter((member) => member.status === status).length;
      return n === 0 ? [] : [`${n} ${status}`];
    });
    return `▸  ${range}: ${counts.join(", ")}`;
  }
  const tests = members.flatMap(({ final }) => final?.[metric?.name ?? ""]?.test ?? []);
  if (!metric || tests.length === 0) return `✓  ${range} finished`;
  const mean = tests.reduce((sum, test) => sum + test, 0) / tests.length;
  const [low, high, average] = [Math.min(...tests), Math.max(...tests), mean].map((value) => metricText(metric, value));
  return `✓  ${range} finished: test ${low} to ${high}, mean ${average}`;
}
