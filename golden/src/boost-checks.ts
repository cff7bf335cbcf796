import { type DependencyContainer, SCHEMES, type Spec, UserError } from "@benn/core";
import { completeScheme, weightedError } from "@benn/core/internals";
import { type Check, relativeError } from "./check.ts";
import type { GoldenFile } from "./golden-file.ts";
import { once } from "./once.ts";

/** The reference's schemes as ours: its letters stand for other rules on ImageNet than on CIFAR-10. */
const specs: Readonly<Record<string, Spec>> = {
  "cifar/A": { name: "adaboost" },
  "cifar/B": { name: "logitboost" },
  "cifar/C": { name: "mildboost" },
  "cifar/D": { name: "samme" },
  "imagenet/A": { name: "mildboost", alpha: "samme", shrinkage: 1, start: "guarded" },
  "imagenet/B": { name: "logitboost", alpha: "samme", shrinkage: 1, start: "guarded" },
  "imagenet/C": { name: "adaboost", alpha: "samme", shrinkage: 0.001, start: "guarded" },
};

/** Both sides are float64 and sum a few hundred weights, in different orders. */
const TOLERANCE = 1e-12;

/** The initial weights, then ε, alpha and the next weights of every round, each round from our own weights of the previous one. */
export function boostChecks(file: GoldenFile, container: DependencyContainer): Check[] {
  return file.match(/^(\w+)\/(\w+)\/w0$/).flatMap(([, data = "", letter = ""]) => {
    const name = `${data}/${letter}`;
    const rounds = file.match(new RegExp(`^${name}/miss(\\d+)$`)).length;
    const ours = once(() => boostRounds(file, container, name, rounds));
    const check = (tensor: string, of: () => ArrayLike<number>): Check => ({
      name: `${name}/${tensor}`,
      tolerance: TOLERANCE,
      measure: () => relativeError(of(), file.numbers(`${name}/${tensor}`)),
    });
    return [
      check("w0", () => ours().start),
      ...Array.from({ length: rounds }, (_, round) => [
        check(`err${round}`, () => [ours().rounds[round]?.error ?? Number.NaN]),
        check(`alpha${round}`, () => [ours().rounds[round]?.alpha ?? Number.NaN]),
        check(`w${round + 1}`, () => ours().rounds[round]?.weights ?? []),
      ]).flat(),
    ];
  });
}

interface Round {
  readonly error: number;
  readonly alpha: number;
  readonly weights: Float64Array;
}

function boostRounds(
  file: GoldenFile,
  container: DependencyContainer,
  name: string,
  count: number,
): { readonly start: Float64Array; readonly rounds: readonly Round[] } {
  const known = specs[name];
  if (!known) throw new UserError(`${file.name}: no scheme is known for "${name}". Known: ${Object.keys(specs).join(", ")}.`);
  const scheme = completeScheme(container.resolve(SCHEMES).create(known));
  const classes = Number(file.metadata[`${name.split("/")[0]}_classes`]);
  const samples = file.numbers(`${name}/miss0`).length;
  const labels = new Int32Array(samples);
  const start = scheme.begin({ samples, classes });
  const rounds: Round[] = [];
  let sampleWeights = start;
  for (let member = 0; member < count; member++) {
    const wrong = Uint8Array.from(file.numbers(`${name}/miss${member}`));
    const error = weightedError(sampleWeights, wrong);
    const logits = (): Float32Array => new Float32Array(samples * classes);
    const verdict = scheme.next({ member, sampleWeights, wrong, error, labels, classes, logits });
    if (verdict.kind !== "accept") throw new UserError(`${name}, round ${member}: expected new weights, but ${verdict.reason}`);
    rounds.push({ error, alpha: verdict.alpha, weights: verdict.sampleWeights });
    sampleWeights = verdict.sampleWeights;
  }
  return { start, rounds };
}
