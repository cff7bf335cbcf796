/** The part of the screen's state that keys change, independent of the run. */
export interface UiState {
  /** Name of the view; an unknown name shows the first view. */
  readonly view: string;
  readonly help: boolean;
  /** Which panel comes first if not all fit. */
  readonly panel: number;
  /** Which of the run's metrics is shown where only one fits; wraps around after the last. */
  readonly metric: number;
  /** The member that is shown; undefined: the one in training. */
  readonly member?: number | undefined;
  /** Number of lines that a list is scrolled by; the log is scrolled from its end. */
  readonly scroll: number;
  /** Position of the cursor, as a share of the x axis. */
  readonly cursor?: number | undefined;
  /** Zoom factor, a power of two. */
  readonly zoom: number;
  readonly log: boolean;
  /** Number of points that a curve is averaged over; 1: unsmoothed. */
  readonly smoothing: number;
  /** Whether a quantity has one scale for all members. */
  readonly oneScale: boolean;
  /** Whether the curves of all members are overlaid. */
  readonly overlay: boolean;
  readonly filter: string;
  /** Whether keys are letters of the filter. */
  readonly typing: boolean;
}

export const initialUi: UiState = {
  view: "overview",
  help: false,
  panel: 0,
  metric: 0,
  scroll: 0,
  zoom: 1,
  log: false,
  smoothing: 5,
  oneScale: true,
  overlay: false,
  filter: "",
  typing: false,
};

/** A key, by its character or its name. */
export type KeyName =
  | { readonly text: string }
  | {
      readonly name:
        | "up"
        | "down"
        | "left"
        | "right"
        | "pageUp"
        | "pageDown"
        | "home"
        | "end"
        | "tab"
        | "backTab"
        | "escape"
        | "enter"
        | "backspace";
    };

/** The key of a view by its index: 1 to 9, then 0; only Tab reaches later ones. */
export function viewKey(index: number): string {
  return index < 9 ? String(index + 1) : index === 9 ? "0" : "";
}

/** What can be selected at the moment. */
export interface UiContext {
  /** Names of the run's views, in order. */
  readonly views: readonly string[];
  /** Numbers of the members that match the filter, in order. */
  readonly members: readonly number[];
  /** The focused member. */
  readonly focus: number;
  /** Lines of the body. */
  readonly page: number;
  /** What arrow keys move through in the view, other than members and the cursor. */
  readonly scrolls?: "lines" | "images" | undefined;
  /** Maximum scroll position. */
  readonly most: number;
}

/** Cursor steps over the width of a chart. */
const CURSOR_STEPS = 60;
const SMOOTHINGS = [1, 5, 15, 45] as const;
const MOST_ZOOM = 64;

/** Folds a key into the state; keys without a meaning leave it unchanged. */
export function press(ui: UiState, key: KeyName, context: UiContext): UiState {
  if (ui.typing) return type(ui, key);
  const moved = move(ui, key, context);
  if (moved) return moved;
  if ("name" in key) {
    if (key.name === "tab") return turn(ui, 1, context);
    if (key.name === "backTab") return turn(ui, -1, context);
    if (key.name !== "escape") return ui;
    return ui.help ? { ...ui, help: false } : { ...ui, member: undefined, cursor: undefined, zoom: 1, scroll: 0, filter: "" };
  }
  const named = context.views.find((_, i) => viewKey(i) === key.text);
  if (named !== undefined && key.text !== "") return { ...ui, view: named, help: false, scroll: 0, panel: 0 };
  switch (key.text) {
    case "?":
      return { ...ui, help: !ui.help, scroll: 0 };
    case "/":
      return { ...ui, typing: true };
    case "m":
      return { ...ui, metric: ui.metric + 1 };
    case "c":
      return { ...ui, panel: ui.panel + 1 };
    case "y":
      return { ...ui, log: !ui.log };
    case "w":
      return { ...ui, smoothing: SMOOTHINGS[(SMOOTHINGS.findIndex((n) => n === ui.smoothing) + 1) % SMOOTHINGS.length] ?? 1 };
    case "e":
      return { ...ui, oneScale: !ui.oneScale };
    case "o":
      return { ...ui, overlay: !ui.overlay };
    case "+":
    case "=":
      return { ...ui, zoom: Math.min(MOST_ZOOM, ui.zoom * 2), cursor: ui.cursor ?? 1 };
    case "-":
      return { ...ui, zoom: Math.max(1, ui.zoom / 2) };
    default:
      return ui;
  }
}

function type(ui: UiState, key: KeyName): UiState {
  if ("text" in key) return { ...ui, filter: ui.filter + key.text, scroll: 0 };
  if (key.name === "enter") return { ...ui, typing: false };
  if (key.name === "escape") return { ...ui, typing: false, filter: "" };
  if (key.name === "backspace") return { ...ui, filter: ui.filter.slice(0, -1) };
  return ui;
}

function turn(ui: UiState, by: number, { views }: UiContext): UiState {
  const at = Math.max(0, views.indexOf(ui.view));
  return { ...ui, view: views[(at + by + views.length) % views.length] ?? ui.view, help: false, scroll: 0, panel: 0 };
}

/** Arrow keys, the keys of vi, and the mouse wheel, which terminals turn into arrow keys. */
function move(ui: UiState, key: KeyName, { members, focus, page, scrolls, most }: UiContext): UiState | undefined {
  const word = "name" in key ? key.name : ({ k: "up", j: "down", h: "left", l: "right", g: "home", G: "end" } as const)[key.text];
  const step = { up: -1, down: 1, pageUp: -page, pageDown: page, home: -Infinity, end: Infinity }[word as "up"];
  if (step !== undefined) {
    if (ui.help || scrolls === "lines") return { ...ui, scroll: scrolled(ui, ui.view === "log" && !ui.help ? -step : step, most) };
    if (members.length === 0) return ui;
    const at = members.indexOf(ui.member ?? focus);
    const next = Math.min(members.length - 1, Math.max(0, (at < 0 ? 0 : at) + step));
    return { ...ui, member: members[next] };
  }
  if (word !== "left" && word !== "right") return undefined;
  if (scrolls === "images" && !ui.help) return { ...ui, scroll: scrolled(ui, word === "left" ? -1 : 1, most) };
  const cursor = ui.cursor ?? 1;
  return { ...ui, cursor: Math.min(1, Math.max(0, cursor + (word === "left" ? -1 : 1) / (CURSOR_STEPS * ui.zoom))) };
}

function scrolled({ scroll }: UiState, step: number, most: number): number {
  return Math.min(Math.max(0, most), Math.max(0, Math.min(scroll, most) + step));
}
