import type { DependencyContainer } from "tsyringe";
import type { Backend } from "../backend.ts";
import type { LoadedDataset } from "../dataset.ts";
import { completeScheme, type EnsembleSum, SCHEMES } from "../ensemble-scheme.ts";
import type { BySplit, RunEnd, Staged, StagedMetric } from "../events.ts";
import type { Metric } from "../metric.ts";
import { voteOutOfBag } from "../out-of-bag.ts";
import type { RunControl } from "../run-control.ts";
import { UserError } from "../user-error.ts";
import type { Emitted } from "./emitted.ts";
import { type GivenMembers, takeGiven } from "./given-members.ts";
import { judgeMember } from "./judge-member.ts";
import { memberParts, metricsOf } from "./member-parts.ts";
import { buildMember, type MemberTrainer, trainHere } from "./member-trainer.ts";
import { sameShapes, type WeightValues, weightsFit } from "./model-weights.ts";
import { outOfBagRows, seenRows } from "./out-of-bag-rows.ts";
import { allRows } from "./predict-logits.ts";
import { type MemberConfig, type ResolvedConfig, settingsOf } from "./resolve-config.ts";
import { memberPlans, runStart } from "./run-start.ts";
import type { MemberLogits, MemberRecord, RunStore } from "./run-store.ts";
import { createVoters, stageVotes } from "./stage-votes.ts";
import { reasonToStop, ruledVote, stopRule } from "./stop-rule.ts";
import { takeRows } from "./take-rows.ts";
import type { OpenTeacherLogits, TeacherLogits } from "./teacher-logits.ts";
import { trainMember } from "./train-member.ts";

export interface RunTask {
  readonly config: ResolvedConfig;
  readonly data: LoadedDataset;
  readonly container: DependencyContainer;
  readonly store: RunStore;
  readonly control: RunControl;
  /** Weights of a given model (`init`) that the first sequential member starts from. */
  readonly init: WeightValues | undefined;
  /** Members to use instead of training them. */
  readonly given?: GivenMembers | undefined;
  /** Number of members of the run, which may grow during training. Default: those of the configuration. */
  readonly members?: (() => number) | undefined;
  /** Trains the members; absent: in this thread, one after the other. */
  readonly trainer?: MemberTrainer | undefined;
  /** Opens the logits of a run that a loss names as its teacher. */
  readonly teacherLogits?: OpenTeacherLogits | undefined;
  /** Of the active backend: times the kernels of a step. */
  readonly profile?: Backend["profile"];
}

/** A trained member: its record, its weights for the next one to start from, its logits for votes. */
interface Trained {
  readonly record: MemberRecord;
  readonly settings: MemberConfig;
  readonly weights: WeightValues;
  readonly logits: MemberLogits;
  /** [samples], in an out-of-bag scheme: 1 if the member may have seen the row. */
  readonly seen: Uint8Array;
}

/**
 * Trains an ensemble member by member. Members that are already in the store are not trained again: the same loop starts and resumes a run.
 */
export async function* trainRun(task: RunTask): AsyncGenerator<Emitted, RunEnd["reason"]> {
  const { config, data, container, store, members: wanted = () => config.members.length } = task;
  const scheme = completeScheme(container.resolve(SCHEMES).create(config.scheme));
  const metrics = metricsOf(task, data.labels.length);
  const taker = task.given && takeGiven(task, task.given);
  const trainer = task.trainer ?? trainHere({ ...task, scheme });
  const problem = { samples: data.train.labels.length, classes: data.labels.length };
  const rule = stopRule(task, problem.classes);
  const checkpoint = await store.restore();

  if (!checkpoint) {
    yield runStart(task, metrics, rule);
    for (const message of data.warnings ?? []) yield { type: "warning", message };
  }
  let sampleWeights = scheme.begin(problem);
  const members: Trained[] = [];
  /** Votes of the first 1, 2, … members, as measured by the rule that may end the run. */
  const votes: (number | undefined)[] = [];
  const bagRows = scheme.outOfBag ? outOfBagRows(config.seed, problem.samples, problem.classes) : new Int32Array(0);
  /** The logits that later votes need: on training rows, only those of rows for out-of-bag votes. */
  const kept = (logits: MemberLogits): MemberLogits => ({ ...logits, train: takeRows(logits.train, bagRows, problem.classes) });
  const seenBy = (member: number, weights: WeightValues, sampleWeights: Float64Array): Uint8Array => {
    const ancestor = ancestorOf(members, (own) => sameShapes(own, weights))?.seen;
    return seenRows(task, scheme, { member, isGiven: isGiven(task, member), sampleWeights, ancestor });
  };
  const sum = scheme.additive ? new Float32Array(problem.samples * problem.classes) : undefined;
  let weightSum = 0;
  const addUp = (logits: Float32Array, alpha: number): void => {
    weightSum += alpha;
    for (let i = 0; sum && i < sum.length; i++) sum[i]! += alpha * logits[i]!;
  };
  const ensembleSum = (): EnsembleSum | undefined => sum && { logits: sum, weight: weightSum };
  for (let member = 0; member < (checkpoint?.member ?? 0); member++) {
    const loaded = await store.loadMember(member);
    if (loaded.record.alpha === undefined) continue;
    const { weights } = loaded;
    const seen = scheme.outOfBag ? seenBy(member, weights, await store.loadSampleWeights(member)) : new Uint8Array(0);
    addUp(loaded.logits.train, loaded.record.alpha);
    members.push({ ...loaded, logits: kept(loaded.logits), settings: settingsOf(config, member), seen });
    if (rule) votes.push(ruledVote(rule, config.voter.name, staged(task, members, bagRows, metrics)));
  }
  if (checkpoint && checkpoint.member > 0) sampleWeights = await store.loadSampleWeights(checkpoint.member);
  else await store.saveSampleWeights(0, sampleWeights);

  let startWeights = task.init;
  if (config.pretrainEpochs > 0) {
    if (checkpoint && checkpoint.member >= 0) startWeights = await store.loadStart();
    else startWeights = yield* pretrain(task, checkpoint?.training);
    if (!startWeights) return yield* end("interrupted", members);
    if (!checkpoint || checkpoint.member < 0) await store.saveCheckpoint({ member: 0 });
  }

  /** Number of members that the log has announced: the run ends with the last of them. */
  let announced = checkpoint ? ((await store.announcedMembers()) ?? config.members.length) : config.members.length;
  /** Adds members that were requested meanwhile. Only between two members, where a killed run resumes too, so that logs are equal. */
  async function* addMembers(after: number): AsyncGenerator<Emitted> {
    const added = memberPlans(task, announced, wanted());
    if (added.length === 0) return;
    announced += added.length;
    yield { type: "members-added", after, members: added };
  }
  if (checkpoint && checkpoint.member >= announced) yield* addMembers(announced); // the run was complete

  for (let member = Math.max(0, checkpoint?.member ?? 0); member < announced; member++) {
    const metric = rule && metrics[rule.metric];
    const late = rule && metric && !isGiven(task, member) && reasonToStop(rule, metric, config.voter.name, votes);
    if (late) {
      trainer.discard?.();
      await store.removeAhead();
      return yield* end("stopped-early", members, late);
    }
    if (task.control.stop !== "no") return yield* end("interrupted", members);
    const settings = settingsOf(config, member);
    const outcome = yield* (isGiven(task, member) && taker ? taker : trainer).train({
      member,
      sampleWeights,
      ensemble: ensembleSum(),
      start: config.mode === "sequential" ? startOf(task, member, members, startWeights) : undefined,
      from: checkpoint?.member === member ? checkpoint.training : undefined,
      save: (training) => store.saveCheckpoint({ member, training }),
    });
    if (!outcome.finished) return yield* end("interrupted", members);

    const { weights, logits } = outcome;
    const known = isGiven(task, member) ? await task.given?.judgement?.(member) : {};
    const { error, verdict } = judgeMember(data, scheme, member, sampleWeights, logits.train, known, ensembleSum());
    if (verdict.kind === "accept" && verdict.warning) yield { type: "warning", member, message: verdict.warning };
    const alpha = verdict.kind === "reject" ? undefined : verdict.alpha;
    const record: MemberRecord = {
      member,
      bestEpoch: outcome.bestEpoch,
      error,
      ...(alpha === undefined ? {} : { alpha }),
      metrics: measureMember(data, logits, metrics),
    };
    const model = buildMember(task, member, settings);
    try {
      await store.saveMember(record, { model, weights, logits });
    } finally {
      model.dispose();
    }
    const reason = verdict.kind === "accept" ? {} : { [verdict.kind]: verdict.reason };
    yield { type: "member-end", ...record, ...reason };
    if (alpha !== undefined) {
      const seen = scheme.outOfBag ? seenBy(member, weights, sampleWeights) : new Uint8Array(0);
      members.push({ record, settings, weights, logits: kept(logits), seen });
      addUp(logits.train, alpha);
      const stage = staged(task, members, bagRows, metrics);
      if (rule) votes.push(ruledVote(rule, config.voter.name, stage));
      yield stage;
    } else if (members.length === 0 && (verdict.kind === "stop" || member + 1 >= Math.max(announced, wanted()))) {
      throw new UserError(
        `${config.scheme.name}: no member is usable: ${"reason" in verdict ? verdict.reason : ""} Train them longer or lower learningRate.`,
      );
    }
    if (verdict.kind === "stop") return yield* end("stopped-by-scheme", members, verdict.reason);
    sampleWeights = verdict.sampleWeights ?? sampleWeights;
    await store.saveSampleWeights(member + 1, sampleWeights);
    yield* addMembers(member + 1);
    await store.saveCheckpoint({ member: member + 1 });
  }
  return yield* end("finished", members);
}

function isGiven({ given }: Pick<RunTask, "given">, member: number): boolean {
  return given !== undefined && member < (given.count ?? Infinity);
}

async function* end(reason: RunEnd["reason"], members: readonly Trained[], message?: string): AsyncGenerator<Emitted, RunEnd["reason"]> {
  yield { type: "run-end", reason, members: members.length, ...(message === undefined ? {} : { message }) };
  return reason;
}

/** A sequential member starts from the newest voting member whose weights fit, so that a mixed ensemble can be sequential too. */
function ancestorOf(members: readonly Trained[], fits: (weights: WeightValues) => boolean): Trained | undefined {
  return members.findLast(({ weights }) => fits(weights));
}

/** Weights that a sequential member starts from; undefined: fresh ones. */
function startOf(task: RunTask, member: number, members: readonly Trained[], start: WeightValues | undefined): WeightValues | undefined {
  const model = buildMember(task, member, settingsOf(task.config, member));
  try {
    const weights = ancestorOf(members, (own) => weightsFit(model, own))?.weights ?? start;
    return weights && weightsFit(model, weights) ? weights : undefined;
  } finally {
    model.dispose();
  }
}

/** Trains the model that the first sequential member starts from, with equal weights for all rows. Undefined: interrupted. */
async function* pretrain(
  task: RunTask,
  from: Parameters<typeof trainMember>[0]["from"],
): AsyncGenerator<Emitted, WeightValues | undefined> {
  const { config, data, store } = task;
  const settings = { ...settingsOf(config, 0), epochs: config.pretrainEpochs };
  const model = buildMember(task, -1, settings);
  const rows = allRows(data.train.labels.length);
  const parts = memberParts(task, settings, data.labels.length);
  let teacherLogits: TeacherLogits | undefined;
  try {
    if (parts.loss.teacher !== undefined) teacherLogits = await task.teacherLogits?.(parts.loss.teacher);
    const outcome = yield* trainMember({
      ...task,
      run: config,
      member: -1,
      settings,
      model,
      from,
      parts,
      teacherLogits,
      ensemble: parts.loss.additive ? { logits: new Float32Array(rows.length * data.labels.length), weight: 0 } : undefined,
      scheme: { draw: () => ({ kind: "rows", rows }) },
      sampleWeights: new Float64Array(rows.length).fill(1 / rows.length),
      save: (training) => store.saveCheckpoint({ member: -1, training }),
    });
    if (!outcome.finished) return undefined;
    await store.saveStart(model, outcome.weights);
    return outcome.weights;
  } finally {
    teacherLogits?.close();
    model.dispose();
  }
}

function measureMember(
  data: LoadedDataset,
  logits: MemberLogits,
  metrics: Readonly<Record<string, Metric>>,
): Readonly<Record<string, BySplit>> {
  const bySplit = ({ of }: Metric): BySplit => ({
    train: of(logits.train, data.train.labels),
    ...(data.validation && logits.validation ? { validation: of(logits.validation, data.validation.labels) } : {}),
    test: of(logits.test, data.test.labels),
  });
  return Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, bySplit(metric)]));
}

/**
 * The vote of all members so far, the newest member alone, and the out-of-bag vote.
 * @param bagRows the training rows for out-of-bag votes; empty unless the scheme supports them
 */
function staged(task: RunTask, members: readonly Trained[], bagRows: Int32Array, metrics: Readonly<Record<string, Metric>>): Staged {
  const { config, data } = task;
  const voters = createVoters(task);
  const byMetric = stageVotes(data, members, voters, metrics);
  const own = voters.get(config.voter.name);
  const ballot = {
    logits: members.map((trained) => trained.logits.train),
    alphas: members.map(({ record }) => record.alpha ?? 0),
    classes: data.labels.length,
  };
  const labels = bagRows.map((row) => data.train.labels[row] ?? 0);
  const seen = members.map((trained) => Uint8Array.from(bagRows, (row) => trained.seen[row] ?? 1));
  // A vote that was fitted to all members is none of those alone that never saw a row.
  const outOfBag = own && !own.fit && bagRows.length > 0 ? voteOutOfBag(own, ballot, labels, seen) : undefined;
  const staged = Object.entries(byMetric).map(([name, measured]): [string, StagedMetric] => {
    const metric = metrics[name];
    return [name, outOfBag && metric ? { ...measured, outOfBag: metric.of(outOfBag.scores, outOfBag.labels) } : measured];
  });
  return { type: "staged", members: members.length, metrics: Object.fromEntries(staged) };
}
