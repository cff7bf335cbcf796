/** The progress line of a part on a terminal: `kills 312 of 1000, 0 failed, 12 min left`. Prints nothing elsewhere. */
export interface ProgressLine {
  show(progress: { readonly part: string; readonly done: number; readonly of: number; readonly failed: number }): void;
  clear(): void;
}

const LEAST_MILLISECONDS = 100;

export function progressLine(stream: NodeJS.WriteStream): ProgressLine {
  let [part, began, shown] = ["", 0, 0];
  return {
    show(progress) {
      const now = performance.now();
      if (progress.part !== part) [part, began, shown] = [progress.part, now, 0];
      if (!stream.isTTY || now - shown < LEAST_MILLISECONDS) return;
      shown = now;
      const { done, of, failed } = progress;
      const left = done === 0 ? "" : `, ${inWords(((now - began) / 1000 / done) * (of - done))} left`;
      stream.write(`\r${part} ${done.toLocaleString("en")} of ${of.toLocaleString("en")}, ${failed} failed${left}\u001B[K`);
    },
    clear() {
      if (stream.isTTY) stream.write("\r\u001B[K");
    },
  };
}

/** 75 s, 12 min, 1.5 h. */
export function inWords(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
