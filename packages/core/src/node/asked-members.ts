import { existsSync } from "node:fs";
import { join } from "node:path";
import { MOST_MEMBERS } from "../config.ts";
import type { RunEnd, RunEventBody } from "../events.ts";
import type { RunControl } from "../run-control.ts";
import { type ResolvedConfig, settingsOf } from "../train/resolve-config.ts";
import { UserError } from "../user-error.ts";
import { readControls } from "./control-log.ts";
import { readEvents } from "./event-log.ts";
import { readExperiment } from "./experiment.ts";

type Control = Extract<RunEventBody, { type: "control" }>;

/** The number of members of a run: those that were planned, and those that were requested since. */
export class AskedMembers {
  readonly #control: RunControl;
  #planned: number;
  #taken = 0;

  private constructor(control: RunControl, planned: number) {
    this.#control = control;
    this.#planned = planned;
  }

  /**
   * @param configured number of members in the configuration
   * @param folder of a resumed run: its control.jsonl holds earlier requests
   */
  static async of(control: RunControl, configured: number, folder: string | undefined): Promise<AskedMembers> {
    const asked = folder === undefined ? [] : (await readControls(folder)).flatMap(({ members }) => members ?? []);
    return new AskedMembers(control, Math.min(MOST_MEMBERS, Math.max(configured, ...asked)));
  }

  get count(): number {
    return Math.min(MOST_MEMBERS, this.#planned + this.#control.added - this.#taken);
  }

  /** @throws UserError for fewer members than the run has */
  raise(members: number): void {
    if (members < this.#planned) throw new UserError(`members: the run has ${this.#planned}, and none is taken away. Ask for more.`);
    this.#control.addMembers(members - this.#planned);
  }

  /** Returns the event of a request made since the last call. Save it at once, so that a killed run does not forget it. */
  take(): Control | undefined {
    const members = this.count;
    this.#taken = this.#control.added;
    if (members === this.#planned) return undefined;
    this.#planned = members;
    return { type: "control", state: this.#control.paused ? "paused" : "running", members };
  }

  /** Resolves once members were requested that `take` has not returned yet, or when `end` is called. */
  whenAsked(): { readonly asked: Promise<void>; readonly end: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (this.count > this.#planned) resolve();
    };
    const end = this.#control.subscribe(look);
    look();
    return { asked: promise, end };
  }
}

/** Whether a configuration has the same members as another one, followed by more like its last one. */
export function isLonger(wanted: Pick<ResolvedConfig, "members">, had: Pick<ResolvedConfig, "members">): boolean {
  if (wanted.members.length <= had.members.length) return false;
  return wanted.members.every((settings, member) => JSON.stringify(settings) === JSON.stringify(settingsOf(had, member)));
}

/** @throws UserError if added members would not be trained: a rule ended the run, or its members come from elsewhere */
export async function refuseMoreMembers(folder: string): Promise<void> {
  const { origin } = await readExperiment(folder);
  if (origin)
    throw new UserError(
      `run folder ${folder}: its members were trained elsewhere, so none is trained here. Start a new run that takes them: --set members=N given=${folder}.`,
    );
  const log = join(folder, "events.jsonl");
  let end: RunEnd | undefined;
  if (existsSync(log))
    for await (const event of readEvents(log, { follow: false, only: ["run-end"] })) if (event.type === "run-end") end = event;
  if (end?.reason !== "stopped-by-scheme" && end?.reason !== "stopped-early") return;
  throw new UserError(
    `run folder ${folder}: was ended ${end.reason === "stopped-early" ? "by stopWhen" : "by its scheme"}${end.message === undefined ? "" : ` (${end.message.replace(/\.$/, "")})`}, ` +
      `so more members would not be trained. Start a new run that takes those of this one: --set members=N given=${folder}, without --resume.`,
  );
}
