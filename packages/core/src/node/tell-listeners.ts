import { join } from "node:path";
import type { RunEvent } from "../events.ts";
import type { Listener } from "../listener.ts";
import { readEvents } from "./event-log.ts";

/** A listener with the name it is registered by, for messages. */
export interface NamedListener {
  readonly name: string;
  readonly listener: Listener;
}

/** Tells the listeners of a run. Each method gives a sentence for every listener that has just failed, and is told no more. */
export interface Telling {
  /** To be called before the log grows: opens the listeners the first time. */
  begin(): Promise<string[]>;
  hear(event: RunEvent): Promise<string[]>;
  close(): Promise<string[]>;
}

/** @param folder of the run, whose log holds what a resumed run has said before */
export function tellListeners(listeners: readonly NamedListener[], folder: string): Telling {
  const opened: NamedListener[] = [];
  let listening: NamedListener[] = [];
  let begun = false;
  let closed = false;

  const each = async (who: readonly NamedListener[], call: (listener: Listener) => void | Promise<void>): Promise<string[]> => {
    const failures: string[] = [];
    for (const named of who) {
      try {
        await call(named.listener);
      } catch (error) {
        listening = listening.filter((other) => other !== named);
        const said = (error instanceof Error ? error.message : String(error)).replace(/\.?$/, ".");
        failures.push(`listener ${named.name}: ${said} The run continues without it.`);
      }
    }
    return failures;
  };

  return {
    async begin() {
      if (begun) return [];
      begun = true;
      listening = [...listeners];
      opened.push(...listeners);
      return each(listeners, (listener) => listener.open?.({ folder, past: readEvents(join(folder, "events.jsonl"), { follow: false }) }));
    },
    hear: (event) => each(listening, (listener) => listener.hear(event)),
    async close() {
      if (closed) return [];
      closed = true;
      return each(opened, (listener) => listener.close?.());
    },
  };
}
