import { createContainer, type Metric, METRICS, type Voter } from "@benn/core";
import type { Ensemble, EnsembleSplit } from "@benn/core/node";
import { hardVote, softmaxVote, softVote } from "@benn/vote";
import { CLASSES, labels, logitsOf, ROWS } from "./example-logits.ts";

export const metric = (name: string): Metric => createContainer().resolve(METRICS).create(name);

/** The example's members on its rows, used for every split. */
export function splitOf(members: number): EnsembleSplit {
  const all = Array.from({ length: members }, (_, m) => logitsOf(m));
  return { labels, logits: (from, to) => all.map((own) => own.subarray(from * CLASSES, to * CLASSES)) };
}

/** An ensemble of the example's members, with a training and a test split unless others are named. */
export function exampleEnsemble(members: number, changes: Partial<Ensemble> = {}): Ensemble {
  return {
    folder: "runs/example",
    classes: Array.from({ length: CLASSES }, (_, k) => `class ${k}`),
    members: Array.from({ length: members }, (_, member) => ({
      member,
      architecture: "nin",
      binarizer: "deterministic",
      alpha: 1,
      computed: [],
      agreement: {},
    })),
    planned: members,
    ended: true,
    mirror: false,
    voter: "soft",
    metrics: { accuracy: metric("accuracy"), loss: metric("loss") },
    splits: { train: splitOf(members), test: splitOf(members) },
    notes: [],
    createVoters: () =>
      new Map<string, Voter>([
        ["hard", hardVote],
        ["soft", softVote],
        ["softmax", softmaxVote],
      ]),
    ...changes,
  };
}

export { CLASSES, labels, ROWS };
