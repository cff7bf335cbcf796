// `pnpm bench anytime`: how many members a vote that stops early skips, and at what cost in accuracy.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap } from "@benn/analysis";
import { openContainer, train } from "@benn/cli-ink";
import { type Config, type Spec, UserError } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { loadDataset, openRun, resolveConfig } from "@benn/core/node";
import { load, type PackedModel, type Picture, type VoteName } from "@benn/packed";
import { exportRun } from "@benn/packed/export";
import { openTrust, type Trust } from "@benn/packed/trust";
import { count, factor } from "./option-values.ts";
import type { Subject } from "./subject.ts";
import type { Row } from "./table.ts";

interface Options {
  readonly run?: string;
  readonly data?: string;
  readonly images: number;
  readonly members: number;
  readonly epochs: number;
  readonly width: number;
  readonly rows: number;
}

/** With fewer rows no lead can be determined. */
const LEAST_HELD_OUT = 300;

/** The predictions for an image by a vote of all members and by one that may stop. */
interface Outcome {
  readonly ran: number;
  readonly right: boolean;
  readonly rightOfAll: boolean;
  readonly sameClass: boolean;
}

export const anytime: Subject<Options> = {
  describe: (command) =>
    command
      .description(
        "Votes of a trained ensemble on its test images: of all members, and stopped as early as each vote allows. Members run, and accuracy.",
      )
      .option("--run <folder>", "a trained run with held-out rows; without it a small one is trained on the built-in sample")
      .option("--data <folder>", "where the run's data are now")
      .option("--images <n>", "test images, the first ones", count, 1000)
      .option("--members <n>", "of the small run", count, 12)
      .option("--epochs <n>", "of each of its members", count, 5)
      .option("--width <factor>", "of its semi-binary NIN", factor, 0.125)
      .option("--rows <n>", "of the sample that it trains on, a fifth of them held out, or 300", count, 4000)
      .addHelpText("after", "\nExamples:\n  pnpm bench anytime\n  pnpm bench anytime --run runs/NAME --images 10000"),
  async *measure(options) {
    const container = await openContainer();
    const folder = options.run ?? (await trainSmall(options));
    const run = await openRun(folder);
    const named = run.config.dataset as Spec;
    const dataset = options.data === undefined ? named : { ...named, data: options.data };
    const { bytes, trust: worth } = await exportRun(folder, { container, dataset });
    if (typeof worth === "string") throw new UserError(`bench anytime: ${folder} tells no lead. ${worth}`);
    const model = await load(bytes);
    const trust = openTrust(model);
    if (!trust?.hasLead)
      throw new UserError(
        `bench anytime: ${folder} tells no lead, for its vote is not soft or it has fewer than ${LEAST_HELD_OUT} held-out rows. Train another, or leave --run out.`,
      );
    const loading = loadDataset(resolveConfig({ ...run.config, dataset }, container), container);
    let loaded = await loading.next();
    while (!loaded.done) loaded = await loading.next();
    const { test } = loaded.value;
    const rows = Math.min(options.images, test.labels.length);
    const outcomes = new Map<VoteName, Outcome[]>([
      ["soft", []],
      ["softmax", []],
      ["hard", []],
    ]);
    for (let row = 0; row < rows; row++) {
      const image = await test.images(Int32Array.of(row));
      for (const [voter, own] of outcomes) own.push(outcomeOf(model, trust, { voter, image, label: test.labels[row]! }));
    }
    loaded.value.dispose?.();
    const { members, architecture } = { members: model.members.length, architecture: model.members[0]?.architecture };
    yield {
      title: `${members} members of ${architecture}, ${rows} test images`,
      rows: [...outcomes].map(([voter, own]) => rowOf(voter, own, members)),
      notes: [
        `A soft vote stops at the lead that ${worth.temperatureRows + worth.coverageRows} held-out rows gave: another class than that of all members on at most 1 % of the images, with 95 % confidence.`,
        "Hard and softmax votes stop when the members left cannot change the class. Intervals of 95 % by the bootstrap over the images; differences are of the same images.",
      ],
    };
  },
};

function outcomeOf(
  model: PackedModel,
  trust: Trust,
  { voter, image, label }: { readonly voter: VoteName; readonly image: Float32Array | Picture; readonly label: number },
): Outcome {
  const all = model.predict(image, { voter });
  const early = voter === "soft" ? trust.predictAnytime(image) : model.predict(image, { voter, anytime: true });
  return { ran: early.ran, right: early.class === label, rightOfAll: all.class === label, sameClass: early.class === all.class };
}

function rowOf(voter: VoteName, outcomes: readonly Outcome[], members: number): Row {
  const mean = (drawn: ArrayLike<number>, of: (outcome: Outcome) => number): number => {
    let sum = 0;
    for (let i = 0; i < drawn.length; i++) sum += of(outcomes[drawn[i]!]!);
    return sum / drawn.length;
  };
  const spared = ({ ran }: Outcome): number => 100 * (1 - ran / members);
  const gained = ({ right, rightOfAll }: Outcome): number => 100 * (Number(right) - Number(rightOfAll));
  const [ofSpared, ofGained] = bootstrap(outcomes.length, (drawn) => [mean(drawn, spared), mean(drawn, gained)], {
    random: createRandom(1, "anytime", voter),
  });
  const all = Int32Array.from(outcomes.keys());
  return {
    "": voter,
    "members run": mean(all, ({ ran }) => ran),
    "spared, %": mean(all, spared),
    "95 % from": ofSpared?.[0],
    to: ofSpared?.[1],
    "accuracy, %": mean(all, ({ right }) => 100 * Number(right)),
    "of all, %": mean(all, ({ rightOfAll }) => 100 * Number(rightOfAll)),
    "points more": mean(all, gained),
    "95 % from ": ofGained?.[0],
    "to ": ofGained?.[1],
    "other class, %": mean(all, ({ sameClass }) => 100 * Number(!sameClass)),
  };
}

async function trainSmall({ members, epochs, width, rows, images }: Options): Promise<string> {
  const config: Config = {
    dataset: { name: "cifar10", source: "sample", trainRows: rows, testRows: images },
    validation: Math.max(0.2, LEAST_HELD_OUT / rows),
    architecture: { name: "nin", width },
    mode: "independent",
    members,
    epochs,
    scoreEvery: epochs,
    learningRate: 5e-3,
    batchNorm: { statistics: "precise" },
    batchSize: 64,
  };
  const run = train(config, { out: await mkdtemp(join(tmpdir(), "benn-anytime-")) });
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value.folder;
    if (value.type === "member-end") console.error(`member ${value.member + 1} of ${members} is trained`);
  }
}
