import type { DashboardView, RunEvent } from "@benn/core";
import { printable } from "@benn/core/messages";
import { printableEvent } from "../run/printable-event.ts";
import { wrap } from "../run/wrap.ts";
import { cut, type Line, line, type Span, span } from "./line.ts";
import { shorten } from "./shorten.ts";
import type { View } from "./view.ts";
import { VIEWS } from "./views.ts";

/** Maximum length of a tab's name. */
const LONGEST_NAME = 16;

/** A view with the name under which a plugin registers it. */
export interface PluginView {
  readonly name: string;
  readonly about: string;
  readonly view: DashboardView;
}

/** Folds the events of a run into the views of plugins. Keeps the events until the views are loaded. */
export class ViewHost {
  #waiting: RunEvent[] | undefined = [];
  readonly #hosted: Hosted[] = [];

  /** @param views are loaded while the run continues */
  load(views: Promise<readonly PluginView[]>): void {
    void this.#take(views);
  }

  async #take(views: Promise<readonly PluginView[]>): Promise<void> {
    const found = await views.catch((): readonly PluginView[] => []); // the thread that trains or reads the run has reported it already
    const names = VIEWS.map(({ name }) => name);
    for (const one of found) {
      const name = shorten(printable(one.name), LONGEST_NAME);
      this.#hosted.push(new Hosted({ ...one, name: names.includes(name) ? `${name}*` : name }));
      names.push(name);
    }
    const before = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const event of before) this.show(event);
  }

  /** All views of the dashboard: its own, then those of plugins. */
  get views(): readonly View[] {
    return [...VIEWS, ...this.#hosted];
  }

  show(event: RunEvent): void {
    this.#waiting?.push(event);
    for (const hosted of this.#hosted) hosted.take(event);
  }

  /** Restarts with these events, when a replay seeks. */
  jump(events: readonly RunEvent[]): void {
    if (this.#waiting) this.#waiting = [...events];
    for (const hosted of this.#hosted) hosted.jump(events);
  }
}

/** A plugin's view as a view of the screen. */
class Hosted implements View {
  readonly name: string;
  readonly about: string;
  readonly keys = [];
  readonly #view: DashboardView;
  #state: unknown;
  #failed: string | undefined;

  constructor({ name, about, view }: PluginView) {
    this.name = name;
    this.about = printable(about);
    this.#view = view;
    this.#state = view.state;
  }

  take(event: RunEvent): void {
    if (this.#failed !== undefined) return;
    try {
      this.#state = this.#view.reduce(this.#state, printableEvent(event));
    } catch (error) {
      this.#failed = `its reduce failed on the event ${event.type}: ${messageOf(error)}`;
    }
  }

  jump(events: readonly RunEvent[]): void {
    this.#state = this.#view.state;
    this.#failed = undefined;
    for (const event of events) this.take(event);
  }

  draw({ width, height }: { readonly width: number; readonly height: number }): Line[] {
    if (this.#failed !== undefined) return this.#refusal(this.#failed, width, height);
    try {
      return Array.from(this.#view.draw(this.#state, { width, height }))
        .slice(0, height)
        .map((drawn) => cut(typeof drawn === "string" ? line(printable(drawn)) : drawn.map(spanOf), width));
    } catch (error) {
      return this.#refusal(`its draw failed: ${messageOf(error)}`, width, height);
    }
  }

  #refusal(why: string, width: number, height: number): Line[] {
    return wrap(`The view "${this.name}" of a plugin shows nothing: ${why}`, width)
      .slice(0, height)
      .map((text) => line(span(text, "warn")));
  }
}

const TONES: ReadonlySet<unknown> = new Set(["accent", "good", "bad", "warn", "dim"]);

function spanOf(drawn: Exclude<ReturnType<DashboardView["draw"]>[number], string>[number]): Span {
  if (typeof drawn === "string") return { text: printable(drawn) };
  const { text, tone, bold } = drawn;
  return { text: printable(text), ...(TONES.has(tone) ? { hue: tone } : {}), ...(bold === true ? { bold } : {}) };
}

function messageOf(error: unknown): string {
  return printable((error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "");
}
