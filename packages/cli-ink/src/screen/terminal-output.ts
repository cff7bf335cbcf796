import { write, writeSync } from "node:fs";
import { Writable } from "node:stream";
import type { WriteStream } from "node:tty";

const RETRY_MILLISECONDS = 10;

/** A terminal that is written to asynchronously. */
export interface TerminalOutput {
  /** The stream that Ink draws on. */
  readonly stream: NodeJS.WriteStream;
  /** Whether earlier output is still pending: the next frame should then wait. */
  isBehind(): boolean;
  /** Resolves once everything is written. */
  drain(): Promise<void>;
}

/**
 * The terminal as a stream that another thread writes to. Node writes to terminals synchronously on Linux and macOS, so that a slow line
 * would block keys and the clock for seconds.
 */
export function terminalOutput(terminal: WriteStream & { readonly fd?: number } = process.stdout): TerminalOutput {
  const { fd = 1 } = terminal;
  let isExiting = false;
  let pending = 0;
  let drained: (() => void)[] = [];
  /** Output that is pending when the process exits is written synchronously: otherwise the terminal would not be restored. */
  const queue: Buffer[] = [];
  const put = (bytes: Buffer, done: (error?: Error | null) => void): void => {
    write(fd, bytes, (error, written) => {
      if (isExiting) return;
      if (error?.code === "EAGAIN") setTimeout(put, RETRY_MILLISECONDS, bytes, done);
      else if (error) {
        terminal.emit("error", error); // as if Node had written it
        done();
      } else if (written < bytes.length) put((queue[0] = bytes.subarray(written)), done);
      else done();
    });
  };
  const stream = new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      if (isExiting) {
        writeNow(fd, chunk);
        done();
        return;
      }
      pending += chunk.length;
      queue.push(chunk);
      put(chunk, (error) => {
        queue.shift();
        pending -= chunk.length;
        done(error);
        if (stream.writableLength > 0) return;
        for (const resolve of drained) resolve();
        drained = [];
      });
    },
  });
  const onExit = (): void => {
    isExiting = true;
    for (const bytes of queue.splice(0)) writeNow(fd, bytes);
  };
  process.once("exit", onExit);
  const onResize = (): void => void stream.emit("resize");
  terminal.on("resize", onResize);
  Object.defineProperties(stream, {
    isTTY: { value: true },
    columns: { get: () => terminal.columns },
    rows: { get: () => terminal.rows },
  });
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    isBehind: () => pending > 0 || stream.writableLength > 0,
    async drain() {
      if (pending > 0 || stream.writableLength > 0) await new Promise<void>((resolve) => drained.push(resolve));
      terminal.off("resize", onResize);
      process.off("exit", onExit);
    },
  };
}

function writeNow(fd: number, bytes: Buffer): void {
  try {
    writeSync(fd, bytes);
  } catch {
    // The terminal is gone.
  }
}
