import type { DependencyContainer } from "tsyringe";
import { ARCHITECTURES } from "../architecture.ts";
import { BINARIZERS } from "../binarizer.ts";
import type { LoadedDataset } from "../dataset.ts";
import { type EnsembleScheme, SCHEMES, type Verdict } from "../ensemble-scheme.ts";
import { crossEntropy } from "../cross-entropy.ts";
import type { AccuracyByVoter, BySplit, RunEnd, RunEventBody } from "../events.ts";
import { summarizeModel } from "../model-summary.ts";
import { outOfBagAccuracy } from "../out-of-bag.ts";
import { createRandom } from "../random.ts";
import type { RunControl } from "../run-control.ts";
import { accuracy, hasTopFive, topFiveAccuracy, winners } from "../staged-vote.ts";
import { UserError } from "../user-error.ts";
import { type Voter, VOTERS } from "../voter.ts";
import { type GivenMembers, takeGiven } from "./given-members.ts";
import { buildMember, type MemberTrainer, trainHere } from "./member-trainer.ts";
import { type WeightValues, weightsFit } from "./model-weights.ts";
import { allRows } from "./predict-logits.ts";
import { type MemberConfig, type ResolvedConfig, settingsOf } from "./resolve-config.ts";
import type { MemberLogits, MemberRecord, RunStore } from "./run-store.ts";
import { type Emitted, trainMember } from "./train-member.ts";

export interface RunTask {
  readonly config: ResolvedConfig;
  readonly data: LoadedDataset;
  readonly container: DependencyContainer;
  readonly store: RunStore;
  readonly control: RunControl;
  /** Weights of a given model (`init`) that the first sequential member starts from. */
  readonly init: WeightValues | undefined;
  /** Members to take in place of training them. */
  readonly given?: GivenMembers | undefined;
  /** Trains the members; absent: this thread does, one after the other. */
  readonly trainer?: MemberTrainer | undefined;
}

/** A member that is trained: its record, its weights to start the next one from, its logits to vote with. */
interface Trained {
  readonly record: MemberRecord;
  readonly settings: MemberConfig;
  readonly weights: WeightValues;
  readonly logits: MemberLogits;
}

/**
 * Trains an ensemble member by member. What is already in the store is not trained again: the same loop starts a run
 * and resumes one.
 */
export async function* trainRun(task: RunTask): AsyncGenerator<Emitted, RunEnd["reason"]> {
  const { config, data, container, store } = task;
  const scheme = container.resolve(SCHEMES).create(config.scheme);
  const taker = task.given && takeGiven(task, task.given);
  const trainer = task.trainer ?? trainHere({ ...task, scheme });
  const problem = { samples: data.train.labels.length, classes: data.labels.length };
  const voters = createVoters(task);
  const checkpoint = await store.restore();

  if (!checkpoint) yield runStart(task);
  let sampleWeights = scheme.begin(problem);
  const members: Trained[] = [];
  for (let member = 0; member < (checkpoint?.member ?? 0); member++) {
    const loaded = await store.loadMember(member);
    members.push({ ...loaded, logits: kept(scheme, loaded.logits), settings: settingsOf(config, member) });
  }
  if (checkpoint && checkpoint.member > 0) sampleWeights = await store.loadSampleWeights(checkpoint.member);
  else await store.saveSampleWeights(0, sampleWeights);

  let startWeights = task.init;
  if (config.pretrainEpochs > 0 && !startWeights) {
    if (checkpoint && checkpoint.member >= 0) startWeights = await store.loadStart();
    else startWeights = yield* pretrain(task, checkpoint?.training);
    if (!startWeights) return yield* end("interrupted", members);
    if (!checkpoint || checkpoint.member < 0) await store.saveCheckpoint({ member: 0 });
  }

  for (let member = members.length; member < config.members.length; member++) {
    if (task.control.stop !== "no") return yield* end("interrupted", members);
    const settings = settingsOf(config, member);
    const outcome = yield* (isGiven(task, member) && taker ? taker : trainer).train({
      member,
      sampleWeights,
      start: config.mode === "sequential" ? startOf(task, member, members, startWeights) : undefined,
      from: checkpoint?.member === member ? checkpoint.training : undefined,
      save: (training) => store.saveCheckpoint({ member, training }),
    });
    if (!outcome.finished) return yield* end("interrupted", members);

    const { weights, logits } = outcome;
    const judged = judge(
      task,
      scheme,
      member,
      sampleWeights,
      logits.train,
      isGiven(task, member) ? await task.given?.judgement?.(member) : {},
    );
    const { verdict } = judged;
    if ("warning" in verdict && verdict.warning) yield { type: "warning", member, message: verdict.warning };
    const record: MemberRecord = {
      member,
      bestEpoch: outcome.bestEpoch,
      error: judged.error,
      ...(verdict.alpha === undefined ? {} : { alpha: verdict.alpha }),
      accuracy: bySplit(data, logits, accuracy),
      ...(hasTopFive(data.labels.length) ? { top5: bySplit(data, logits, topFiveAccuracy) } : {}),
      loss: bySplit(data, logits, crossEntropy),
    };
    const model = buildMember(task, member, settings);
    try {
      await store.saveMember(record, { model, weights, logits });
    } finally {
      model.dispose();
    }
    const stop = "stop" in verdict ? verdict.stop : undefined;
    yield { type: "member-end", ...record, ...(stop === undefined ? {} : { stop }) };
    if (record.alpha === undefined) {
      if (members.length === 0) {
        throw new UserError(
          `${config.scheme.name}: the first member is not usable: ${stop ?? "no reason given"} Train it longer or lower learningRate.`,
        );
      }
    } else {
      members.push({ record, settings, weights, logits: kept(scheme, logits) });
      yield staged(task, members, voters, scheme);
    }
    if (stop !== undefined) return yield* end("stopped-by-scheme", members, stop);
    if ("weights" in verdict) sampleWeights = verdict.weights;
    await store.saveSampleWeights(member + 1, sampleWeights);
    await store.saveCheckpoint({ member: member + 1 });
  }
  return yield* end("finished", members);
}

/** What later votes need: logits of the training rows, 5 GB a member on ImageNet, only where they are voted on out of bag. */
function kept(scheme: EnsembleScheme, logits: MemberLogits): MemberLogits {
  return scheme.outOfBag ? logits : { ...logits, train: new Float32Array(0) };
}

function isGiven({ given }: Pick<RunTask, "given">, member: number): boolean {
  return given !== undefined && member < (given.count ?? Infinity);
}

async function* end(reason: RunEnd["reason"], members: readonly Trained[], message?: string): AsyncGenerator<Emitted, RunEnd["reason"]> {
  yield { type: "run-end", reason, members: members.length, ...(message === undefined ? {} : { message }) };
  return reason;
}

/** Sequential members go on from the newest member whose weights fit, so that a mixed ensemble can be sequential too. */
function startOf(task: RunTask, member: number, members: readonly Trained[], start: WeightValues | undefined): WeightValues | undefined {
  const model = buildMember(task, member, settingsOf(task.config, member));
  try {
    const weights = members.findLast((trained) => weightsFit(model, trained.weights))?.weights ?? start;
    return weights && weightsFit(model, weights) ? weights : undefined;
  } finally {
    model.dispose();
  }
}

/** Trains the model that the first sequential member starts from, on every row alike. Undefined: interrupted. */
async function* pretrain(
  task: RunTask,
  from: Parameters<typeof trainMember>[0]["from"],
): AsyncGenerator<Emitted, WeightValues | undefined> {
  const { config, data, store } = task;
  const settings = { ...settingsOf(config, 0), epochs: config.pretrainEpochs };
  const model = buildMember(task, -1, settings);
  const rows = allRows(data.train.labels.length);
  try {
    const outcome = yield* trainMember({
      ...task,
      run: config,
      member: -1,
      settings,
      model,
      from,
      scheme: { draw: () => ({ kind: "rows", rows }) },
      sampleWeights: new Float64Array(rows.length).fill(1 / rows.length),
      save: (training) => store.saveCheckpoint({ member: -1, training }),
    });
    if (!outcome.finished) return undefined;
    await store.saveStart(model, outcome.weights);
    return outcome.weights;
  } finally {
    model.dispose();
  }
}

function bySplit(data: LoadedDataset, logits: MemberLogits, measure: (logits: Float32Array, labels: Int32Array) => number): BySplit {
  return {
    train: measure(logits.train, data.train.labels),
    ...(data.validation && logits.validation ? { validation: measure(logits.validation, data.validation.labels) } : {}),
    test: measure(logits.test, data.test.labels),
  };
}

/** ε = Σ w·wrong / Σ w, and what the scheme makes of the member. */
function judge(
  { data }: RunTask,
  scheme: EnsembleScheme,
  member: number,
  weights: Float64Array,
  logits: Float32Array,
  known: { readonly alpha?: number; readonly weights?: Float64Array } = {},
): { error: number; verdict: Verdict } {
  const { labels } = data.train;
  const won = winners(logits, data.labels.length);
  const wrong = Uint8Array.from(won, (winner, row) => (winner === labels[row] ? 0 : 1));
  let total = 0;
  let weighted = 0;
  for (let row = 0; row < wrong.length; row++) {
    total += weights[row] ?? 0;
    weighted += (weights[row] ?? 0) * (wrong[row] ?? 0);
  }
  const error = weighted / total;
  if (known.alpha !== undefined && known.weights) return { error, verdict: { alpha: known.alpha, weights: known.weights } };
  const verdict = scheme.next({ member, weights, wrong, labels, classes: data.labels.length, logits: () => logits });
  if (known.alpha === undefined)
    return { error, verdict: known.weights && "weights" in verdict ? { ...verdict, weights: known.weights } : verdict };
  // Whoever trained the member went on with it, whatever the scheme says now.
  return { error, verdict: { alpha: known.alpha, weights: known.weights ?? ("weights" in verdict ? verdict.weights : weights) } };
}

/** Every registered voter by name, the run's own with its options. */
export function createVoters({ config, container }: Pick<RunTask, "config" | "container">): ReadonlyMap<string, Voter> {
  const registry = container.resolve(VOTERS);
  return new Map(registry.names().map((name) => [name, registry.create(name === config.voter.name ? config.voter : name)]));
}

/** Accuracy of the vote of all members so far, of the newest alone, and out of bag. */
function staged(task: RunTask, members: readonly Trained[], voters: ReadonlyMap<string, Voter>, scheme: EnsembleScheme): Emitted {
  const { config, data } = task;
  const classes = data.labels.length;
  const alphas = members.map(({ record }) => record.alpha ?? 0);
  const vote = (split: "validation" | "test", labels: Int32Array): { top1: AccuracyByVoter; top5: AccuracyByVoter } => {
    const logits = members.map((trained) => trained.logits[split] ?? new Float32Array(0));
    const scores = [...voters].map(([name, voter]) => [name, voter.vote({ logits, alphas, classes })] as const);
    const measured = (measure: typeof accuracy): AccuracyByVoter =>
      Object.fromEntries(scores.map(([name, own]) => [name, measure(own, labels)]));
    return { top1: measured(accuracy), top5: hasTopFive(classes) ? measured(topFiveAccuracy) : {} };
  };
  const fit = data.validation;
  if (fit) {
    const logits = members.map((trained) => trained.logits.validation ?? new Float32Array(0));
    for (const voter of voters.values()) voter.fit?.({ logits, alphas, classes, labels: fit.labels });
  }
  const singles = members.map(({ record }) => record.accuracy.test);
  const own = voters.get(config.voter.name);
  const outOfBag =
    scheme.outOfBag && own
      ? outOfBagAccuracy(
          own,
          { logits: members.map((trained) => trained.logits.train), alphas, classes },
          data.train.labels,
          members.map(({ record }) => drawnRows(task, scheme, record.member)),
        )
      : undefined;
  const onValidation = data.validation && vote("validation", data.validation.labels);
  const onTest = vote("test", data.test.labels);
  return {
    type: "staged",
    members: members.length,
    ...(onValidation ? { validation: onValidation.top1 } : {}),
    test: onTest.top1,
    ...(hasTopFive(classes) ? { top5: { ...(onValidation ? { validation: onValidation.top5 } : {}), test: onTest.top5 } } : {}),
    single: singles.at(-1) ?? Number.NaN,
    singleMean: singles.reduce((sum, a) => sum + a, 0) / singles.length,
    ...(outOfBag === undefined ? {} : { outOfBag }),
  };
}

/** 1 where a member of an out-of-bag scheme has drawn the row, or may have: which rows a given one saw, nobody knows. */
function drawnRows(task: RunTask, scheme: EnsembleScheme, member: number): Uint8Array {
  const { config, data } = task;
  const samples = data.train.labels.length;
  const drawn = new Uint8Array(samples);
  if (isGiven(task, member)) return drawn.fill(1);
  const random = () => createRandom(config.seed, "draw", member);
  const draw = scheme.draw({ member, epoch: 0, purpose: "train", weights: new Float64Array(samples).fill(1 / samples), samples, random });
  if (draw.kind === "rows") for (const row of draw.rows) drawn[row] = 1;
  return drawn;
}

function runStart(task: RunTask): RunEventBody {
  const { config, data, container, store } = task;
  const architectures = container.resolve(ARCHITECTURES);
  const binarizers = container.resolve(BINARIZERS);
  const costs = new Map<string, { parameters: number; bytes: number; realBytes: number }>();
  const members = config.members.map((settings, member) => {
    const key = JSON.stringify([settings.architecture, settings.binarizer]);
    let cost = costs.get(key);
    if (!cost) {
      const model = buildMember(task, member, settings);
      const { parameters, bytes, realBytes } = summarizeModel(model);
      model.dispose();
      costs.set(key, (cost = { parameters, bytes, realBytes }));
    }
    return {
      member,
      architecture: architectures.label(settings.architecture),
      binarizer: binarizers.label(settings.binarizer),
      epochs: settings.epochs,
      steps: Math.ceil(data.train.labels.length / config.batchSize),
      learningRate: settings.learningRate,
      ...cost,
    };
  });
  return {
    type: "run-start",
    run: store.name,
    seed: config.seed,
    backend: config.backend.name,
    dataset: {
      name: config.dataset.name,
      train: data.train.labels.length,
      validation: data.validation?.labels.length ?? 0,
      test: data.test.labels.length,
      labels: data.labels,
    },
    scheme: container.resolve(SCHEMES).label(config.scheme),
    mode: config.mode,
    voter: container.resolve(VOTERS).label(config.voter),
    batchSize: config.batchSize,
    members,
    pretrainEpochs: config.pretrainEpochs,
  };
}
