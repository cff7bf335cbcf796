import { fileError } from "@benn/core/messages";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { say } from "./print.ts";

/** Standard output or standard error accepts no more text. */
export interface OutputLoss {
  readonly stream: "stdout" | "stderr";
  /** The reader has exited (`| head`); the terminal is gone; or writing fails, such as to a file on a full disk. */
  readonly kind: "reader" | "terminal" | "disk";
  /** The system's error as a sentence. */
  readonly message: string;
}

const listeners = new Set<(loss: OutputLoss) => void>();

/** Handles errors of both streams: otherwise the first error would end the process immediately. */
export function watchOutput(): void {
  for (const stream of ["stdout", "stderr"] as const) {
    let lost = false;
    process[stream].on("error", (error: NodeJS.ErrnoException) => {
      if (lost) return; // later writes are lost too
      lost = true;
      const name = stream === "stdout" ? "standard output" : "standard error";
      const sentence = fileError(name, "written", error, "");
      const loss = {
        stream,
        kind: kindOf(error.code, process[stream].isTTY),
        message: sentence instanceof Error ? sentence.message.trim() : String(sentence),
      };
      if (listeners.size === 0) endCommand(loss);
      for (const listener of listeners) listener(loss);
    });
  }
}

/**
 * For commands that must continue without output. Without a listener, loss of standard output ends the command.
 * @returns a function that removes the listener
 */
export function onOutputLoss(listener: (loss: OutputLoss) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function kindOf(code: string | undefined, isTerminal: boolean): OutputLoss["kind"] {
  if (isTerminal) return "terminal";
  return code === "EPIPE" || code === "ECONNRESET" ? "reader" : "disk";
}

/** Ends a command whose only product is its output: without standard output there is nothing left to do. */
function endCommand({ stream, kind, message }: OutputLoss): void {
  if (stream === "stderr") return;
  if (kind === "reader") process.exit(EXIT.readerLeft);
  if (kind === "terminal") process.exit(exitCodeOf("SIGHUP"));
  say(`benn: ${message}\n`);
  process.exit(EXIT.mistake);
}
