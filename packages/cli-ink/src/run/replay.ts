import type { RunEvent } from "@benn/core";

/** A replay does not wait through pauses of the training. */
const LONGEST_GAP_MILLISECONDS = 30_000;
const [SLOWEST, FASTEST] = [1 / 8, 4096];

/** The position and speed of a replay. Plain values; the functions below return new ones. */
export interface Replay {
  readonly events: readonly RunEvent[];
  /** Seconds from the first event to each event, with long gaps shortened. */
  readonly times: readonly number[];
  /** Seconds of the run that have been shown. */
  readonly at: number;
  readonly speed: number;
  readonly isPlaying: boolean;
}

/**
 * A replay of a run's events in order of time: members that were trained in parallel are one after the other in the log.
 * @param speed seconds of the run per second of the viewer; undefined: it starts at the end
 */
export function replayOf(events: readonly RunEvent[], speed?: number): Replay {
  const sorted = events.toSorted((a, b) => a.clock.at - b.clock.at);
  let seconds = 0;
  const times = sorted.map(({ clock }, i) => {
    const before = sorted[i - 1]?.clock.at ?? clock.at;
    return (seconds += Math.min(LONGEST_GAP_MILLISECONDS, Math.max(0, clock.at - before)) / 1000);
  });
  return speed === undefined
    ? { events: sorted, times, at: seconds, speed: 20, isPlaying: false }
    : { events: sorted, times, at: 0, speed, isPlaying: true };
}

export function lengthOf({ times }: Pick<Replay, "times">): number {
  return times.at(-1) ?? 0;
}

/** Advances by this many seconds of the viewer; stops at the end. */
export function play(replay: Replay, seconds: number): Replay {
  if (!replay.isPlaying) return replay;
  const at = Math.min(lengthOf(replay), replay.at + seconds * replay.speed);
  return { ...replay, at, isPlaying: at < lengthOf(replay) };
}

/** Plays or pauses; at the end it restarts from the beginning. */
export function toggle(replay: Replay): Replay {
  const isAtEnd = replay.at >= lengthOf(replay);
  return { ...replay, at: isAtEnd && !replay.isPlaying ? 0 : replay.at, isPlaying: !replay.isPlaying };
}

/** @param seconds of the run, forward or backward */
export function seek(replay: Replay, seconds: number): Replay {
  return { ...replay, at: Math.min(lengthOf(replay), Math.max(0, replay.at + seconds)) };
}

export function faster(replay: Replay, factor: number): Replay {
  return { ...replay, speed: Math.min(FASTEST, Math.max(SLOWEST, replay.speed * factor)) };
}

/** How many events have been shown; at least the first one. */
export function shown({ times, at }: Replay): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= at + 1e-9) low = middle + 1;
    else high = middle;
  }
  return low;
}
