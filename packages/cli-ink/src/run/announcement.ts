import { count, imagesPerSecond, roughly } from "./format.ts";
import { inTraining, type RunState } from "./run-state.ts";
import { leftWords, secondsLeft } from "./time-left.ts";
import { membersWord } from "./vote-sentence.ts";

/** For runs that take longer, a shorter one is suggested. */
const LONG_SECONDS = 600;

/**
 * What a starting run is about to do, how to stop it and how to resume it.
 * @param resume the command that resumes it
 */
export function announcement({ start }: Pick<RunState, "start">, resume: string): string[] {
  if (!start) return [];
  const { members, dataset, pretrainEpochs } = start;
  const epochs = members.map((plan) => plan.epochs);
  const [fewest, most] = [Math.min(...epochs), Math.max(...epochs)];
  const each = `${fewest === most ? most : `${fewest} to ${most}`} ${most === 1 ? "epoch" : "epochs"}${members.length === 1 ? "" : " each"}`;
  const images = dataset.train * (epochs.reduce((sum, n) => sum + n, 0) + pretrainEpochs);
  return [
    `About to train ${membersWord(members.length)}, ${each}, on ${count(dataset.train)} images: ${count(images)} in all. The time follows, once the first batches are measured.`,
    `To stop: Ctrl-C, which saves. To resume: ${resume}`,
  ];
}

/** The duration of a run, estimated from its first batches; undefined before they were timed. */
export function timeSentence(state: RunState, { isBare, demo }: { readonly isBare: boolean; readonly demo: string }): string | undefined {
  const seconds = secondsLeft(state);
  if (seconds === undefined) return undefined;
  const rate = inTraining(state).reduce((sum, { imagesPerSecond: own = 0 }) => sum + own, 0);
  const shorter = isBare && seconds > LONG_SECONDS ? ` A shorter run: ${demo}` : "";
  return `At ${imagesPerSecond(rate)} it takes ${leftWords(state, seconds).replace(/ left$/, "")}.${shorter}`;
}

/** The same in the dashboard's last line, for a limited time. */
export function announcedNote(state: RunState): string | undefined {
  const seconds = secondsLeft(state);
  return seconds === undefined ? undefined : `about ${roughly(state.seconds + seconds)} in all; q saves and stops`;
}
