import type { RunEvent } from "@benn/core";
import { initialState, reduce, type RunState } from "../run/run-state.ts";
import { faster, lengthOf, play, replayOf, seek, shown, toggle } from "../run/replay.ts";
import type { ReplayKeys, Screen } from "../screen/screen.ts";

const TICK_MILLISECONDS = 100;

export interface WatchedReplay {
  readonly keys: ReplayKeys;
  /** Shows the replay until it is stopped. @returns a function that stops it */
  start(screen: Screen): () => void;
  /** The run at the end of the replay. */
  readonly end: RunState;
}

/** A finished run, with a scrubber. */
export function watchReplay(events: readonly RunEvent[], speed: number | undefined): WatchedReplay {
  let replay = replayOf(events, speed);
  let done = 0;
  let screen: Screen | undefined;
  /** Updates the screen to the position of the replay. */
  const follow = (): void => {
    const next = shown(replay);
    if (next < done) screen?.jump?.(replay.events.slice(0, next));
    else for (const event of replay.events.slice(done, next)) screen?.show(event);
    done = next;
  };
  const change = (next: typeof replay): void => {
    replay = next;
    follow();
  };
  return {
    end: replay.events.reduce(reduce, initialState),
    keys: {
      position: () => ({
        share: lengthOf(replay) === 0 ? 1 : replay.at / lengthOf(replay),
        speed: replay.speed,
        isPlaying: replay.isPlaying,
      }),
      toggle: () => change(toggle(replay)),
      seek: (seconds) => change(seek(replay, seconds)),
      faster: (factor) => change(faster(replay, factor)),
    },
    start(opened) {
      screen = opened;
      follow();
      let last = performance.now();
      const timer = setInterval(() => {
        const now = performance.now();
        change(play(replay, (now - last) / 1000));
        last = now;
      }, TICK_MILLISECONDS);
      return () => clearInterval(timer);
    },
  };
}
