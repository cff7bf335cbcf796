import type { Key } from "ink";
import type { KeyName } from "./ui-state.ts";

/** Names a key; undefined for a key without a meaning. */
export function keyName(input: string, key: Key): KeyName | undefined {
  if (key.upArrow) return { name: "up" };
  if (key.downArrow) return { name: "down" };
  if (key.leftArrow) return { name: "left" };
  if (key.rightArrow) return { name: "right" };
  if (key.pageUp) return { name: "pageUp" };
  if (key.pageDown) return { name: "pageDown" };
  if (key.home) return { name: "home" };
  if (key.end) return { name: "end" };
  if (key.tab) return { name: key.shift ? "backTab" : "tab" };
  if (key.escape) return { name: "escape" };
  if (key.return) return { name: "enter" };
  if (key.backspace || key.delete) return { name: "backspace" };
  if (input === "" || key.ctrl || key.meta || isLateAnswer(input)) return undefined;
  return { text: input };
}

/** Whether it is the rest of a terminal's late answer to a query rather than a key: single brackets are keys. */
export function isLateAnswer(input: string): boolean {
  return /^(?:[\][]+[^\][]|_G)/.test(input);
}
