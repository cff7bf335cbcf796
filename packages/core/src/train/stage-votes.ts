import type { DependencyContainer } from "tsyringe";
import type { LoadedDataset } from "../dataset.ts";
import type { ByVoter, StagedMetric } from "../events.ts";
import type { Metric } from "../metric.ts";
import { type Voter, VOTERS } from "../voter.ts";
import type { ResolvedConfig } from "./resolve-config.ts";
import type { MemberLogits, MemberRecord } from "./run-store.ts";

/** A member that votes. */
export interface Voting {
  readonly record: MemberRecord;
  readonly logits: MemberLogits;
}

/**
 * The run's voter with its options, those that every run is compared by (`compared` of their definitions), and `others`. No voter that merely
 * is registered, so that a faulty one cannot end a run that does not use it. One that learns is fitted once: make new ones for other members.
 * @returns by name, in the order of registration
 */
export function createVoters(
  { config, container }: { readonly config: Pick<ResolvedConfig, "voter" | "validation">; readonly container: DependencyContainer },
  others: readonly string[] = [],
): ReadonlyMap<string, Voter> {
  const registry = container.resolve(VOTERS);
  const voters = new Map<string, Voter>();
  for (const { name, definition } of registry.entries()) {
    const isChosen = name === config.voter.name || others.includes(name);
    if (!isChosen && !definition.compared) continue;
    const voter = registry.create(name === config.voter.name ? config.voter : name);
    // Without held-out rows there is nothing to fit it on; a run that chooses one without them is refused.
    if (isChosen || !voter.fit || config.validation > 0) voters.set(name, voter);
  }
  return voters;
}

/**
 * Measures the vote of all members so far by every voter, together with the newest member alone and the mean over members. Voters that
 * learn are first fitted on the validation rows, if there are any.
 * @param voters created for these members
 */
export function stageVotes(
  data: Pick<LoadedDataset, "labels" | "validation" | "test">,
  members: readonly Voting[],
  voters: ReadonlyMap<string, Voter>,
  metrics: Readonly<Record<string, Metric>>,
): Readonly<Record<string, StagedMetric>> {
  const classes = data.labels.length;
  const alphas = members.map(({ record }) => record.alpha ?? 0);
  const logitsOn = (split: "validation" | "test"): Float32Array[] => members.map(({ logits }) => logits[split] ?? new Float32Array(0));
  if (data.validation) {
    const logits = logitsOn("validation");
    for (const voter of voters.values()) voter.fit?.({ logits, alphas, classes, labels: data.validation.labels });
  }
  const scoresOn = (split: "validation" | "test"): ReadonlyMap<string, Float64Array> => {
    const logits = logitsOn(split);
    return new Map([...voters].map(([name, voter]) => [name, voter.vote({ logits, alphas, classes })]));
  };
  const onTest = scoresOn("test");
  const onValidation = data.validation && scoresOn("validation");
  const measure = (scores: ReadonlyMap<string, Float64Array>, metric: Metric, labels: Int32Array): ByVoter =>
    Object.fromEntries([...scores].map(([name, own]) => [name, metric.of(own, labels)]));
  const staged = Object.entries(metrics)
    .filter(([, metric]) => !metric.membersOnly)
    .map(([name, metric]): [string, StagedMetric] => {
      const singles = members.map(({ record }) => record.metrics[name]?.test ?? Number.NaN);
      return [
        name,
        {
          ...(onValidation && data.validation ? { validation: measure(onValidation, metric, data.validation.labels) } : {}),
          test: measure(onTest, metric, data.test.labels),
          single: singles.at(-1) ?? Number.NaN,
          singleMean: singles.reduce((sum, value) => sum + value, 0) / singles.length,
        },
      ];
    });
  return Object.fromEntries(staged);
}
