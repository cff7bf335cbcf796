import type { Result } from "./result.ts";

/** Replaces the folder of the data, which was a path of the machine. */
const DATA = "cifar-10-batches-bin";

export interface Experiment {
  readonly benn: string;
  readonly machine: Result["machine"];
  readonly config: { readonly dataset: { readonly data?: string } };
}

/** The text of an `experiment.json` without the path of the data on the machine that made it. */
export function publishedExperiment(text: string): { readonly text: string; readonly experiment: Experiment; readonly hasData: boolean } {
  const experiment = JSON.parse(text) as Experiment;
  const { data } = experiment.config.dataset;
  return { text: data === undefined ? text : text.replaceAll(data, DATA), experiment, hasData: data !== undefined };
}
