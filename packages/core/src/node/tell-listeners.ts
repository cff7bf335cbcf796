import { join } from "node:path";
import type { RunEvent } from "../events.ts";
import type { Listener } from "../listener.ts";
import { readEvents } from "./event-log.ts";

/** A listener with its registered name, for messages. */
export interface NamedListener {
  readonly name: string;
  readonly listener: Listener;
}

/** Calls the listeners of a run. Each method returns a sentence for every listener that has just failed; it is not called again. */
export interface Telling {
  /** Call before the log grows: opens the listeners the first time. */
  begin(): Promise<string[]>;
  onEvent(event: RunEvent): Promise<string[]>;
  close(): Promise<string[]>;
}

/** @param folder of the run, whose log holds the earlier events of a resumed run */
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
    onEvent: (event) => each(listening, (listener) => listener.onEvent(event)),
    async close() {
      if (closed) return [];
      closed = true;
      return each(opened, (listener) => listener.close?.());
    },
  };
}
