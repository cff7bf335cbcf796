import { useInput, useStdin, useWindowSize } from "ink";
import { useState } from "react";
import { Dashboard, type DashboardProps } from "./dashboard.tsx";
import { contextOf } from "./frame.ts";
import { isLateAnswer, keyName } from "./key-name.ts";
import type { RunKeys } from "./screen.ts";
import { initialUi, type KeyName, press, type UiState } from "./ui-state.ts";

export interface AppProps extends Omit<DashboardProps, "ui" | "columns" | "rows" | "replay"> {
  readonly keys: RunKeys;
  /** Called when a key has changed the selection. */
  onUi?(ui: UiState): void;
}

/** Views without a cursor: left and right seek in a replay. */
const SEEKING = new Set(["overview", "log", "system", "bits", "ensemble", "classes"]);
const SEEK_SECONDS = 10;

/** The dashboard with its keys. */
export function App({ keys, onUi, ...props }: AppProps) {
  const { columns, rows } = useWindowSize();
  const [ui, setUi] = useState(initialUi);
  const [, redraw] = useState(0);
  useInput(
    (input, key) => {
      if (key.ctrl && input === "c") return keys.interrupt();
      // Keys that arrive together, such as repeated ones while the screen is busy, come as one text.
      const characters = key.ctrl || key.meta || isLateAnswer(input) || input === "" ? [input] : Array.from(input);
      let next = ui;
      for (const character of characters) {
        const name = keyName(character, key);
        if (!name) continue;
        if (!next.typing && (forReplay(name, next, keys) || forRun(name, keys, next))) redraw((n) => n + 1);
        else next = press(next, name, contextOf({ ...props, ui: next, columns, rows, replay: keys.replay?.position() }));
      }
      if (next === ui) return;
      setUi(next);
      onUi?.(next);
    },
    { isActive: useStdin().isRawModeSupported },
  );
  return <Dashboard {...props} {...{ ui, columns, rows }} replay={keys.replay?.position()} />;
}

/** @returns whether the key was one of the run's */
function forRun(key: KeyName, keys: RunKeys, { member: chosen, view }: UiState): boolean {
  if (!("text" in key)) return false;
  if (key.text === "q") keys.quit();
  else if (key.text === "p" && keys.pause) keys.pause();
  else if (key.text === "s" && keys.stopAfterEpoch) keys.stopAfterEpoch();
  else if (key.text === "S" && keys.stopAfterMember) keys.stopAfterMember();
  else if (key.text === "a" && keys.addMember) keys.addMember();
  else if (key.text === "P" && keys.profile && view === "system") keys.profile(chosen);
  else if (key.text === "x" && keys.steer) keys.steer({ action: "end-member" }, chosen);
  else if (key.text === "[" && keys.steer) keys.steer({ action: "learning-rate", factor: 0.5 }, chosen);
  else if (key.text === "]" && keys.steer) keys.steer({ action: "learning-rate", factor: 2 }, chosen);
  else return false;
  return true;
}

function forReplay(key: KeyName, ui: UiState, { replay }: RunKeys): boolean {
  if (!replay) return false;
  const word = "name" in key ? (SEEKING.has(ui.view) ? key.name : "") : key.text;
  if (word === " ") replay.toggle();
  else if (word === "left" || word === ",") replay.seek(-SEEK_SECONDS * (replay.position().speed > 1 ? replay.position().speed / 10 : 1));
  else if (word === "right" || word === ".") replay.seek(SEEK_SECONDS * (replay.position().speed > 1 ? replay.position().speed / 10 : 1));
  else if (word === "<") replay.faster(0.5);
  else if (word === ">") replay.faster(2);
  else return false;
  return true;
}
