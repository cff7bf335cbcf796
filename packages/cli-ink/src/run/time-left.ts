import { roughly } from "./format.ts";
import { epochsDone, inTraining, type MemberState, type RunState } from "./run-state.ts";

/** A forward pass is a third of a training step: the estimate for evaluation until it is measured. */
const FORWARD_SHARE = 1 / 3;

/**
 * Seconds that the run still takes, from the duration of its epochs, scorings and evaluations so far; undefined before the first batches
 * were timed. Members of a kind that was not trained yet are assumed to be as slow as the others on average.
 */
export function secondsLeft(state: RunState): number | undefined {
  const { members, pretrained, start } = state;
  if (!start || (state.end && state.end.reason !== "interrupted")) return undefined;
  const everyone = pretrained ? [pretrained, ...members] : members;
  const known = everyone.map((member) => ({ kind: kindOf(member), ...paceOf(member, start.dataset.train) }));
  const mean = (of: (pace: (typeof known)[number]) => number | undefined, kind?: string): number | undefined => {
    const values = known
      .filter((pace) => kind === undefined || pace.kind === kind)
      .map(of)
      .filter((value) => value !== undefined);
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  if (mean(({ epoch }) => epoch) === undefined) return undefined;

  const { train, validation, test } = start.dataset;
  const rest: number[] = [];
  for (const member of everyone) {
    if (member.status === "done" || member.status === "rejected") continue;
    const kind = kindOf(member);
    const epoch = mean((pace) => pace.epoch, kind) ?? mean((pace) => pace.epoch) ?? 0;
    const guess = (epoch * FORWARD_SHARE * (train + validation + test)) / train;
    const tail = member.member < 0 ? 0 : (mean((pace) => pace.tail, kind) ?? mean((pace) => pace.tail) ?? guess);
    if (member.member < 0 && member.epoch >= member.epochs) continue;
    rest.push(epoch * Math.max(0, member.epochs - epochsDone(member)) + tail);
  }
  // In parallel they share the work, but none is faster than alone.
  const sum = rest.reduce((total, seconds) => total + seconds, 0);
  return Math.max(0, ...rest, sum / Math.max(1, inTraining(state).length));
}

/** `about 2 min left`; an upper limit if the run may end early. */
export function leftWords({ start }: Pick<RunState, "start">, seconds: number): string {
  return `${start?.stopWhen ? "at most about" : "about"} ${roughly(seconds)} left`;
}

/** Seconds per epoch, including scoring, and of the evaluation at the end of a member. */
function paceOf(
  { status, epoch, beganAt, epochsDoneAt, endedAt, imagesPerSecond }: MemberState,
  rows: number,
): { readonly epoch?: number; readonly tail?: number } {
  if (epoch > 0 && beganAt !== undefined && epochsDoneAt !== undefined) {
    const ended = endedAt !== undefined && (status === "done" || status === "rejected");
    return { epoch: (epochsDoneAt - beganAt) / epoch, ...(ended ? { tail: endedAt - epochsDoneAt } : {}) };
  }
  return imagesPerSecond === undefined ? {} : { epoch: rows / imagesPerSecond };
}

function kindOf({ plan }: MemberState): string {
  return `${plan?.architecture} ${plan?.binarizer}`;
}
