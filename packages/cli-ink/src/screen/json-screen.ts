import type { Screen } from "./screen.ts";

/** One event a line, as in `events.jsonl`, and nothing else. */
export function jsonScreen(write: (text: string) => void): Screen {
  return {
    show: (event) => write(`${JSON.stringify(event)}\n`),
    close: async () => {},
  };
}
