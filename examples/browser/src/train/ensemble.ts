// A whole run in memory: the same trainer, schemes and votes as on the command line.
import archNin from "@benn/arch-nin";
import backendWasm from "@benn/backend-wasm";
import binarize from "@benn/binarize";
import { BACKENDS, createContainer, DATASETS, type LoadedDataset, type RunEvent } from "@benn/core";
import {
  buildMember,
  createRandom,
  MemoryStore,
  type ResolvedConfig,
  resolveConfig,
  RunControl,
  settingsOf,
  summarizeModel,
  trainRun,
  writeWeights,
} from "@benn/core/internals";
import { loadInMemory } from "@benn/data-kit/in-memory";
import ensembleBagging from "@benn/ensemble-bagging";
import ensembleBoost from "@benn/ensemble-boost";
import ensembleDeep from "@benn/ensemble-deep";
import losses from "@benn/losses";
import optimizers from "@benn/optimizers";
import { compileModel, type MemberHeader, packModel, preparationOf, TEST_RESULTS } from "@benn/packed/pack";
import schedules from "@benn/schedules";
import vote from "@benn/vote";
import type { Photos, Recipe } from "./train-protocol.ts";

const container = createContainer({
  defaults: {
    dataset: "photographs",
    architecture: "nin",
    binarizer: "deterministic",
    scheme: "deep-ensemble",
    voter: "soft",
    backend: "wasm",
  },
});
for (const plugin of [archNin, backendWasm, binarize, ensembleBagging, ensembleBoost, ensembleDeep, losses, optimizers, schedules, vote]) {
  await plugin.register(container);
}

// A configuration names its dataset; the page provides the data itself.
container.resolve(DATASETS).add("photographs", {
  description: "the page's photographs",
  create: () => ({ load: () => Promise.reject(new Error("the page loads them")) }),
});

const SHAPE = [32, 32, 3] as const;

function load({ classes, train, test }: Photos, config: Pick<ResolvedConfig, "seed" | "validation">): Promise<LoadedDataset> {
  return loadInMemory(
    {
      dataset: "photographs",
      shape: SHAPE,
      labels: classes,
      train,
      test,
      trainRows: undefined,
      testRows: undefined,
      augmentation: { flip: true, crop: 2, padding: "reflect", cutout: 0 },
      provenance: {},
    },
    { validation: config.validation, random: createRandom(config.seed, "validation") },
  );
}

/** An ensemble that is trained in memory. */
export class Ensemble {
  readonly control = new RunControl();
  readonly #config: ResolvedConfig;
  readonly #data: LoadedDataset;
  readonly #store = new MemoryStore("photographs");

  private constructor(config: ResolvedConfig, data: LoadedDataset) {
    this.#config = config;
    this.#data = data;
  }

  static async open({ scheme, members, epochs, width, seed }: Recipe, photos: Photos): Promise<Ensemble> {
    const config = resolveConfig(
      {
        seed,
        scheme,
        mode: "independent",
        members,
        epochs,
        batchSize: 50,
        learningRate: 0.005,
        optimizer: { name: "adam", weightDecay: 0 },
        schedule: { name: "one-cycle", warmup: 0.2 },
        architecture: { name: "nin", width, dropout: 0 },
        batchNorm: { statistics: "precise", rows: 1500 },
        scoreEvery: epochs,
      },
      container,
    );
    await container.resolve(BACKENDS).create(config.backend).activate();
    return new Ensemble(config, await load(photos, config));
  }

  /** Multiply-adds of one image's forward pass. */
  multiplyAdds(): number {
    const model = buildMember({ config: this.#config, data: this.#data, container }, 0, settingsOf(this.#config, 0));
    try {
      return summarizeModel(model).multiplyAdds;
    } finally {
      model.dispose();
    }
  }

  /** Training steps of one network. */
  get steps(): number {
    return settingsOf(this.#config, 0).epochs * Math.ceil(this.#data.train.labels.length / this.#config.batchSize);
  }

  /** Trains to the end, or until `control` stops it; what is trained by then can be packed. */
  async *train(): AsyncGenerator<RunEvent, void> {
    const run = trainRun({ config: this.#config, data: this.#data, container, store: this.#store, control: this.control, init: undefined });
    for await (const emitted of run) {
      const { route, ...body } = emitted;
      const event: RunEvent = { ...body, clock: { at: Date.now(), ...body.clock } };
      if (route !== "screen") await this.#store.append(event);
      if (route !== "log") yield event;
    }
  }

  /**
   * The .benn file of the trained members.
   * @throws Error if there are none
   */
  async pack(): Promise<Uint8Array> {
    const voting = this.#store.members.filter(({ record }) => record.alpha !== undefined);
    if (voting.length === 0) throw new Error("No network is trained yet.");
    const { header, tensors: prepared } = preparationOf(this.#data, { whitening: false });
    const tensors = new Map(prepared);
    const headers: MemberHeader[] = [];
    let realBytes = 0;
    for (const [i, { record, weights }] of voting.entries()) {
      const model = buildMember(
        { config: this.#config, data: this.#data, container },
        record.member,
        settingsOf(this.#config, record.member),
      );
      try {
        writeWeights(model, weights);
        const compiled = await compileModel(model, `${i}.`);
        for (const [name, tensor] of compiled.tensors) tensors.set(name, tensor);
        headers.push({ architecture: "nin", alpha: record.alpha ?? 0, nodes: compiled.nodes });
        realBytes += 4 * model.countParams();
      } finally {
        model.dispose();
      }
    }
    const votes = this.#store.events.flatMap((event) => (event.type === "staged" ? [event.metrics["accuracy"]?.test["soft"] ?? 0] : []));
    const singles = voting.map(({ record }) => record.metrics["accuracy"]?.test ?? 0);
    if (votes.length === voting.length) {
      const data = new TextEncoder().encode(JSON.stringify({ version: 1, rows: this.#data.test.labels.length, votes, singles, realBytes }));
      tensors.set(TEST_RESULTS, { dtype: "U8", shape: [data.length], data });
    }
    return await packModel({ shape: SHAPE, labels: this.#data.labels, voter: "soft", ...header }, headers, tensors);
  }
}
