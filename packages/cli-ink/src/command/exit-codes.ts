import { constants } from "node:os";

/** Signals on which a run saves and stops. Batch systems send SIGUSR1 or SIGUSR2 before they kill a job. */
export const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** Exit codes of the command, besides 0 for complete success. */
export const EXIT = {
  fault: 1,
  mistake: 2,
  /** Stopped and saved, or a part is missing: the same command resumes the work (EX_TEMPFAIL of sysexits.h). Schedulers requeue on it. */
  again: 75,
  /** The reader of standard output closed it before everything was written; the same code as of a program killed by SIGPIPE. */
  readerLeft: 128 + 13,
} as const;

/** 128 and the number of the signal, as shells report it: 130 for SIGINT, 143 for SIGTERM. */
export function exitCodeOf(signal: StopSignal): number {
  return 128 + (constants.signals[signal] ?? constants.signals.SIGTERM); // Windows has no SIGUSR1
}

/**
 * For `--help` of commands that either finish or are stopped.
 * @param left what a signal leaves behind
 */
export function exitHelp(left: string): string {
  return `
Exit codes:
  0    done
  1    an internal error
  2    wrong input, or the machine's state (a full disk, no permission)
  ${STOP_SIGNALS.map(exitCodeOf).join(", ")}
       stopped by ${STOP_SIGNALS.join(", ")};
       ${left}`;
}

/** For `--help`. */
export const EXIT_HELP = `
Exit codes:
  0    done; of training: the run is finished
  1    an internal error
  2    wrong input, or the machine's state (a full disk, no permission)
  75   of --member: stopped by a signal and saved; the same command resumes
  141  standard output was closed (| head); training was saved
  ${STOP_SIGNALS.map(exitCodeOf).join(", ")}
       stopped by ${STOP_SIGNALS.join(", ")};
       training was saved, and --resume resumes it`;
