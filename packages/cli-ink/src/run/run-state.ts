import type {
  BitsMeasured,
  ByMetric,
  BySplit,
  Controlled,
  MemberPlan,
  MembersElsewhere,
  Profiled,
  Progress,
  RunEnd,
  RunEvent,
  RunStart,
  Staged,
} from "@benn/core";
import { addPoint, type Point, thin } from "./history.ts";
import { printableEvent } from "./printable-event.ts";

/** The screen's state of one member. */
export interface MemberState {
  /** −1 is the model that the first sequential member starts from. */
  readonly member: number;
  readonly plan?: MemberPlan;
  readonly status: "waiting" | "training" | "done" | "rejected";
  /** Epochs done, and the step within the current one. */
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  /** Loss of batches and mean loss of epochs, over epochs. */
  readonly batchLoss: readonly Point[];
  readonly epochLoss: readonly Point[];
  /** Metrics of epochs during training, over epochs: one curve per metric that is measured during training. */
  readonly curves: ByMetric<readonly Point[]>;
  /** The metric that selects the best epoch, over epochs, by its name. */
  readonly scores: ByMetric<readonly Point[]>;
  /** Learning rates at the end of epochs, over epochs. */
  readonly rates: readonly Point[];
  /** Bit statistics of binary layers, by epoch. */
  readonly bits: readonly BitsMeasured[];
  /** Whether its epoch is done but not yet scored. */
  readonly isScoring?: boolean;
  readonly bestEpoch?: number;
  readonly error?: number;
  readonly alpha?: number;
  /** Metrics of its best epoch. */
  readonly final?: ByMetric<BySplit>;
  readonly imagesPerSecond?: number;
  /** The run's seconds of work when the member started, when its last epoch or scoring ended, and when it ended. */
  readonly beganAt?: number;
  readonly epochsDoneAt?: number;
  readonly endedAt?: number;
}

export interface Warning {
  readonly member?: number;
  readonly message: string;
}

/** Everything that a screen shows, folded from the events alone, so that a saved log shows what was seen live. */
export interface RunState {
  readonly start?: RunStart;
  readonly members: readonly MemberState[];
  readonly pretrained?: MemberState;
  readonly staged: readonly Staged[];
  readonly warnings: readonly Warning[];
  readonly progress?: Progress;
  readonly control: Controlled["state"];
  readonly end?: RunEnd;
  /** Profile of the training engine's kernels, if one was requested. */
  readonly profile?: Profiled;
  /** Who trains members, where other machines do. */
  readonly workers?: MembersElsewhere;
  /** Images per second of all members in training, over seconds of work. */
  readonly speed: readonly Point[];
  /** Seconds of work: excludes pauses, and the time between an interruption and its resumption. */
  readonly seconds: number;
  /** Time of the newest event in milliseconds; absent while the clock is stopped. */
  readonly at?: number;
}

export const initialState: RunState = { members: [], staged: [], warnings: [], speed: [], control: "running", seconds: 0 };

/** A gap this long between two events of a log means that the run was killed and resumed later. */
const DEAD_MILLISECONDS = 3_600_000;
const WARNINGS_KEPT = 50;
const SPEED_POINTS = 600;
/** Points of a curve that are kept once its member is done and only its sparkline is shown. */
const FINISHED_POINTS = 200;

/**
 * Folds one event into the state. Repeated events, such as those of a resumed run, change nothing. All text is made printable here, so that
 * any view of the state may show it.
 */
export function reduce(before: RunState, logged: RunEvent): RunState {
  const event = printableEvent(logged);
  const state = withoutPhase(tick(before, event), event);
  switch (event.type) {
    case "run-start":
      return {
        ...initialState,
        ...(state.at === undefined ? {} : { at: state.at }),
        start: event,
        members: event.members.map((plan) => waiting(plan.member, plan)),
      };
    case "members-added": {
      const members = state.members.slice();
      for (const plan of event.members) {
        const known = members[plan.member];
        members[plan.member] = known && known.status !== "waiting" ? { ...known, plan } : waiting(plan.member, plan);
      }
      return { ...state, members };
    }
    case "member-start": {
      const { member, epochs, steps } = event;
      const fresh = waiting(member, state.members[member]?.plan);
      return update(state, { ...fresh, status: "training", epochs, steps, beganAt: state.seconds });
    }
    case "step":
      return change(withSpeed(state, event.member, event.clock.imagesPerSecond), event.member, (was) => ({
        ...was,
        status: "training",
        isScoring: false,
        epoch: event.epoch,
        step: event.step,
        steps: event.steps,
        batchLoss: addPoint(was.batchLoss, { x: event.epoch + event.step / event.steps, y: event.loss }),
        curves: { ...mapMetrics(event.metrics, () => []), ...was.curves },
        ...(event.clock.imagesPerSecond === undefined ? {} : { imagesPerSecond: event.clock.imagesPerSecond }),
      }));
    case "epoch":
      return change(state, event.member, (was) => ({
        ...was,
        status: "training",
        isScoring: true,
        epoch: event.epoch + 1,
        step: 0,
        rates: addPoint(was.rates, { x: event.epoch + 1, y: event.learningRate }),
        epochLoss: addPoint(was.epochLoss, { x: event.epoch + 1, y: event.loss }),
        curves: { ...was.curves, ...mapMetrics(event.metrics, (y, name) => addPoint(was.curves[name] ?? [], { x: event.epoch + 1, y })) },
        epochsDoneAt: state.seconds,
      }));
    case "bits":
      return change(state, event.member, (was) => ({ ...was, bits: [...was.bits.filter(({ epoch }) => epoch < event.epoch), event] }));
    case "steer":
      return change(state, event.member, (was) => (event.action === "end-member" ? { ...was, epochs: event.epoch + 1 } : was));
    case "score":
      return change(state, event.member, (was) => ({
        ...was,
        isScoring: false,
        scores: {
          ...was.scores,
          [event.metric]: addPoint(was.scores[event.metric] ?? [], { x: event.epoch + 1, y: event.value }),
        },
        ...(event.best ? { bestEpoch: event.epoch } : {}),
        epochsDoneAt: state.seconds,
      }));
    case "member-end": {
      const { member, reject } = event;
      return change(reject === undefined ? state : warn(state, { member, message: reject }), member, (was) => ({
        ...was,
        status: event.alpha === undefined ? "rejected" : "done",
        isScoring: false,
        epoch: was.epochs,
        step: 0,
        batchLoss: thin(was.batchLoss, FINISHED_POINTS),
        bestEpoch: event.bestEpoch,
        error: event.error,
        ...(event.alpha === undefined ? {} : { alpha: event.alpha }),
        final: event.metrics,
        endedAt: state.seconds,
      }));
    }
    case "staged":
      return { ...state, staged: [...state.staged.filter(({ members }) => members < event.members), event] };
    case "warning": {
      const { member, message } = event;
      return warn(state, member === undefined ? { message } : { member, message });
    }
    case "progress":
      return event.total > 0 && event.done >= event.total ? omit(state, "progress") : { ...state, progress: event };
    case "control":
      return { ...state, control: event.state, members: withAsked(state.members, event.members) };
    case "profile":
      return { ...state, profile: event };
    case "workers":
      return { ...state, workers: event };
    case "run-end":
      return {
        ...omit(omit(state, "at"), "progress"),
        members: event.reason === "interrupted" ? state.members : discardRunning(state),
        end: event,
      };
    default:
      event satisfies never;
      return state; // from a later version
  }
}

/** The state from which a resumed run continues: the clock is stopped until its first event. */
export function resumed(state: RunState): RunState {
  return { ...omit(omit(state, "at"), "end"), control: "running" };
}

/** Epochs of the member that are done, including the fraction of the current one. */
export function epochsDone({ epoch, step, steps, status }: MemberState): number {
  return epoch + (status === "training" && steps > 0 ? step / steps : 0);
}

/** Share of the run's epochs that is done, in [0, 1]. */
export function progressOf({ members, pretrained, start }: RunState): number {
  const before = start?.pretrainEpochs ?? 0;
  const doneBefore = pretrained ? epochsDone(pretrained) : members.some(({ status }) => status !== "waiting") ? before : 0;
  const all = members.reduce((sum, { epochs }) => sum + epochs, before);
  return all === 0 ? 0 : members.reduce((sum, member) => sum + epochsDone(member), doneBefore) / all;
}

/** The members in training: several if none depends on another. */
export function inTraining({ members, pretrained }: RunState): readonly MemberState[] {
  const running = members.filter(({ status }) => status === "training");
  const before = pretrained !== undefined && members.every(({ status }) => status === "waiting");
  return before ? [pretrained] : running;
}

/** The first of the members in training, or else the last that was. */
export function memberInFocus(state: RunState): MemberState | undefined {
  return inTraining(state)[0] ?? state.members.findLast(({ status }) => status !== "waiting");
}

/** Drops members that trained in parallel with the last member that counts and were not needed. */
function discardRunning({ members }: RunState): readonly MemberState[] {
  return members.map((member) => (member.status === "training" ? waiting(member.member, member.plan) : member));
}

/** Requested members are assumed to be like the last one; their plan is known once they are added. */
function withAsked(members: readonly MemberState[], count = 0): readonly MemberState[] {
  const plan = members.at(-1)?.plan;
  if (!plan || count <= members.length) return members;
  return Array.from({ length: count }, (_, member) => members[member] ?? waiting(member, { ...plan, member }));
}

function waiting(member: number, plan: MemberPlan | undefined): MemberState {
  return {
    member,
    ...(plan ? { plan } : {}),
    status: "waiting",
    epoch: 0,
    epochs: plan?.epochs ?? 0,
    step: 0,
    steps: plan?.steps ?? 0,
    batchLoss: [],
    epochLoss: [],
    curves: {},
    scores: {},
    rates: [],
    bits: [],
  };
}

function tick(state: RunState, { type, clock }: RunEvent): RunState {
  const { at: last, end, control } = state;
  const gap = last === undefined || control === "paused" ? 0 : clock.at - last;
  const worked = gap > 0 && gap < DEAD_MILLISECONDS ? gap / 1000 : 0;
  const going = end && type !== "run-end" ? resumed(state) : state;
  // Members trained in parallel are one after the other in a log, so times may go back.
  return { ...going, seconds: state.seconds + worked, at: Math.max(last ?? 0, clock.at) };
}

/** The speeds of the other members in training are those of their last step. */
function withSpeed(state: RunState, member: number, imagesPerSecond: number | undefined): RunState {
  if (imagesPerSecond === undefined) return state;
  const others = inTraining(state).reduce((sum, other) => sum + (other.member === member ? 0 : (other.imagesPerSecond ?? 0)), 0);
  return { ...state, speed: addPoint(state.speed, { x: state.seconds, y: others + imagesPerSecond }, SPEED_POINTS) };
}

/** Phases before training have no end event: the next event ends them. */
function withoutPhase(state: RunState, { type }: RunEvent): RunState {
  return state.progress?.total === 0 && type !== "warning" && type !== "control" ? omit(state, "progress") : state;
}

function warn(state: RunState, warning: Warning): RunState {
  const others = state.warnings.filter(({ member, message }) => message !== warning.message || member !== warning.member);
  return { ...state, warnings: [...others, warning].slice(-WARNINGS_KEPT) };
}

function mapMetrics<T, U>(metrics: ByMetric<T>, of: (value: T, name: string) => U): ByMetric<U> {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, of(value, name)]));
}

function change(state: RunState, member: number, next: (was: MemberState) => MemberState): RunState {
  return update(state, next((member < 0 ? state.pretrained : state.members[member]) ?? waiting(member, undefined)));
}

function update(state: RunState, member: MemberState): RunState {
  if (member.member < 0) return { ...state, pretrained: member };
  const members = state.members.slice();
  members[member.member] = member;
  return { ...state, members };
}

function omit<K extends "at" | "end" | "progress">(state: RunState, key: K): Omit<RunState, K> {
  const { [key]: _left, ...rest } = state;
  return rest;
}
