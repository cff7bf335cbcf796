import type { LogEntry } from "../../run/event-log.ts";
import { wrap } from "../../run/wrap.ts";
import { dim, type Line, line, span } from "../line.ts";
import type { View } from "../view.ts";

export const log: View = {
  name: "log",
  about: "events and warnings in full",
  scrolls: "lines",
  keys: [
    ["↑ ↓", "scroll"],
    ["G", "newest"],
    ["/", "filter"],
  ],
  most: ({ log: entries, ui, width, height }) =>
    wantedOf(entries, ui.filter).reduce((sum, { text }) => sum + linesOf(text, roomOf(width)).length, 0) - height,
  draw({ log: entries, ui, words, width, height }) {
    const left = wantedOf(entries, ui.filter);
    const room = roomOf(width);
    const lines: Line[] = [];
    // Wraps lines from the end, and only as many as are shown: a long log is not wrapped in full for each frame.
    for (let i = left.length - 1; i >= 0 && lines.length < height + ui.scroll; i--) {
      const { at, text, isWarning } = left[i]!;
      const own = linesOf(text, room);
      const time = new Date(at).toTimeString().slice(0, 8);
      const rows = own.map((part, n): Line =>
        line(dim(n === 0 ? `${time}  ` : "          "), isWarning ? span(`${words && n === 0 ? "warning: " : ""}${part}`, "warn") : part),
      );
      lines.unshift(...rows);
    }
    const most = Math.max(0, lines.length - height);
    const from = Math.max(0, most - ui.scroll);
    if (lines.length === 0) return [line(dim(entries.length === 0 ? "nothing yet" : `no line has "${ui.filter}"`))];
    return lines.slice(from, from + height);
  },
};

function wantedOf(entries: readonly LogEntry[], filter: string): readonly LogEntry[] {
  const wanted = filter.trim().toLowerCase();
  return entries.filter(({ text }) => text.toLowerCase().includes(wanted));
}

function roomOf(width: number): number {
  return Math.max(20, width - 10);
}

function linesOf(text: string, room: number): string[] {
  return wrap(text, room).flatMap((part) => chunks(part, room));
}

function chunks(text: string, width: number): string[] {
  const characters = Array.from(text);
  if (characters.length <= width) return [text];
  return Array.from({ length: Math.ceil(characters.length / width) }, (_, i) => characters.slice(i * width, (i + 1) * width).join(""));
}
