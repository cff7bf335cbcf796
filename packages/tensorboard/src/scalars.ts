import type { AccuracyByVoter, RunEvent } from "@benn/core";

/** Scalars of one moment, for one folder of event files. */
export interface Scalars {
  /** `member-000`, `start` (the model that the first sequential member starts from) or `ensemble`. */
  readonly folder: string;
  readonly step: number;
  readonly values: readonly (readonly [tag: string, value: number])[];
}

/**
 * Makes scalars of a run's events, told in the order of its log. Of members the steps are batches trained since the run
 * began, so that they go on over epochs and members; of the ensemble they are members. Accuracies are in percent.
 */
export function createScalars(): (event: RunEvent) => Scalars | undefined {
  /** Batches of all epochs that are over, and of the running one. */
  let before = 0;
  let within = 0;
  return (event) => {
    switch (event.type) {
      case "step":
        within = event.step;
        return ofMember(event.member, before + within, [
          ["train_batch/loss", event.loss],
          ["train_batch/top1", percent(event.accuracy)],
          ["train_batch/top5", percent(event.top5)],
        ]);
      case "epoch":
        before += within;
        within = 0;
        return ofMember(event.member, before, [["train/avg_top1", percent(event.accuracy)]]);
      case "score":
        return ofMember(event.member, before, [[`${event.on}/avg_top1`, percent(event.accuracy)]]);
      case "member-end":
        return ofMember(event.member, before, [
          ["test/loss", event.loss?.test],
          ["test/avg_top1", percent(event.accuracy.test)],
          ["test/avg_top5", percent(event.top5?.test)],
        ]);
      case "staged":
        return {
          folder: "ensemble",
          step: event.members,
          values: known([
            ...votes("vote/test", event.test),
            ...votes("vote/test_top5", event.top5?.test),
            ...votes("vote/validation", event.validation),
            ...votes("vote/validation_top5", event.top5?.validation),
            ["vote/out_of_bag", percent(event.outOfBag)],
          ]),
        };
      case "run-start":
      case "member-start":
      case "warning":
      case "progress":
      case "control":
      case "run-end":
      default:
        return undefined;
    }
  };
}

type Value = readonly [tag: string, value: number | undefined];

function ofMember(member: number, step: number, values: readonly Value[]): Scalars {
  return { folder: member < 0 ? "start" : `member-${String(member).padStart(3, "0")}`, step, values: known(values) };
}

function votes(tag: string, byVoter: AccuracyByVoter = {}): Value[] {
  return Object.entries(byVoter).map(([voter, accuracy]) => [`${tag}/${voter}`, percent(accuracy)]);
}

function known(values: readonly Value[]): [string, number][] {
  return values.flatMap(([tag, value]): [string, number][] => (value === undefined ? [] : [[tag, value]]));
}

function percent(share: number | undefined): number | undefined {
  return share === undefined ? undefined : 100 * share;
}
