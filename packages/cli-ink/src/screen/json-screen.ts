import { printable } from "@benn/core/messages";
import type { Screen } from "./screen.ts";

/** Prints one event per line, with the values that it has in `events.jsonl`, and nothing else. */
export function jsonScreen(write: (text: string) => void): Screen {
  return {
    show: (event) => write(`${printable(JSON.stringify(event))}\n`),
    close: async () => {},
  };
}
