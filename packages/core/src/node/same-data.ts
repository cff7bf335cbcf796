import { resolve, sep } from "node:path";
import { z } from "zod";
import type { DependencyContainer } from "tsyringe";
import { DATASETS, type LoadedDataset } from "../dataset.ts";
import type { Spec } from "../registry.ts";
import { resolveConfig } from "../train/resolve-config.ts";
import { UserError } from "../user-error.ts";
import { type DataFacts, dataFacts, readExperiment } from "./experiment.ts";
import { otherOlderArray } from "./preprocessing-file.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * Options of a dataset that may be paths: `source`, and every option that accepts any text. `differenceOfData` decides by checksums whether
 * the data there are the same.
 */
export function placeOptions({ name }: Spec, container: DependencyContainer): readonly string[] {
  const shape = container.resolve(DATASETS).entry(name).definition.options?.shape ?? {};
  return Object.entries(shape)
    .filter(([key, schema]) => key === "source" || isText(schema as z.ZodType))
    .map(([key]) => key);
}

function isText(schema: z.ZodType): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return isText(schema.unwrap() as z.ZodType);
  return schema instanceof z.ZodString;
}

/** Properties of data that do not depend on their path, mainly SHA-256 checksums. */
export interface DataIdentity {
  /** The dataset's provenance, without paths. */
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly facts: DataFacts;
}

/** @param spec with which the data were loaded */
export function dataIdentity(data: LoadedDataset, spec: Spec, container: DependencyContainer): DataIdentity {
  return { provenance: strippedProvenance({ provenance: data.provenance, spec }, container), facts: dataFacts(data) };
}

/** @returns a phrase like "sha256.data_batch_1.bin was 3f…, now is 4a…"; undefined if there is no difference */
export function differenceOfIdentities(was: DataIdentity, now: DataIdentity): string | undefined {
  return differenceOfStripped(was.provenance, now.provenance) ?? firstDifference(was.facts, now.facts, "");
}

interface OtherData {
  readonly data: LoadedDataset;
  /** The spec with which it was loaded. Absent: at the path in the run's configuration, as far as that matters. */
  readonly dataset?: Spec;
  readonly container: DependencyContainer;
}

/**
 * How loaded data differ from those that a run was made from. Data at another path may be the same. Compares shape, labels, rows, the
 * numbers of the preprocessing, and the dataset's provenance (mainly checksums) without paths.
 * @returns a phrase like "sha256.data_batch_1.bin was 3f…, now is 4a…"; undefined if there is no difference
 * @throws UserError if a file of the run is damaged
 */
export async function differenceOfData(run: string, { data, dataset, container }: OtherData): Promise<string | undefined> {
  const { config, dataset: provenance, data: facts } = await readExperiment(run);
  const { dataset: saved } = resolveConfig(config, container);
  const difference = differenceOfProvenance(
    { provenance, spec: saved },
    { provenance: data.provenance, spec: dataset ?? saved },
    container,
  );
  if (difference !== undefined) return difference;
  if (facts) return firstDifference(facts, dataFacts(data), "");
  const other = await otherOlderArray(run, data.preprocessing);
  return other === undefined ? undefined : `preprocessing has another ${other}`;
}

/**
 * How the data of a run differ from those of another run, by what both store; includes held-out rows, which follow from the share, the seed
 * and the data.
 * @returns a phrase like "validationSeed is 0 in one and 1 in the other"; undefined if there is no difference
 * @throws UserError if one is not a run, or its version stored nothing about its data
 */
export async function differenceOfRuns(run: string, other: string, container: DependencyContainer): Promise<string | undefined> {
  const [first, second] = await Promise.all(
    [run, other].map(async (folder) => {
      const { config, dataset: provenance, data } = await readExperiment(folder);
      if (!data) throw new UserError(`run folder ${folder}: is of a version that kept too little of its data to compare them. Retrain it.`);
      const { dataset: spec, validation, validationSeed, seed } = resolveConfig(config, container);
      return { provenance, spec, data, held: { validation, validationSeed: validationSeed ?? seed } };
    }),
  );
  if (!first || !second) throw new Error("two runs");
  return (
    firstDifference(first.held, second.held, "", BETWEEN_RUNS) ??
    differenceOfProvenance(first, second, container, BETWEEN_RUNS) ??
    firstDifference(first.data, second.data, "", BETWEEN_RUNS)
  );
}

interface Provenance {
  readonly provenance: Json;
  /** The spec with which the data were loaded. */
  readonly spec: Spec;
}

function differenceOfProvenance(
  was: Provenance,
  now: Provenance,
  container: DependencyContainer,
  phrase: typeof BETWEEN_TIMES = BETWEEN_TIMES,
): string | undefined {
  return differenceOfStripped(strippedProvenance(was, container), strippedProvenance(now, container), phrase);
}

function strippedProvenance({ provenance, spec }: Provenance, container: DependencyContainer): Json {
  return withoutPlaces(
    provenance,
    placeOptions(spec, container).flatMap((key) => (typeof spec[key] === "string" ? [resolve(spec[key]), spec[key]] : [])),
  );
}

function differenceOfStripped(before: Json, after: Json, phrase: typeof BETWEEN_TIMES = BETWEEN_TIMES): string | undefined {
  // Another version of the plugin may report more or fewer keys.
  const common = Object.keys(before).filter((key) => Object.hasOwn(after, key));
  return firstDifference(pick(before, common), pick(after, common), "", phrase);
}

/** @throws UserError that names what differs from when the run was made */
export async function refuseOtherData(run: string, other: OtherData): Promise<void> {
  const difference = await differenceOfData(run, other);
  if (difference === undefined) return;
  throw new UserError(
    `run folder ${run}: was made with other data (${difference}). Name the data that it was made with, for example with --data, or start a new run.`,
  );
}

/** Cuts each path that begins with a place of data to what follows it, also in keys. */
function withoutPlaces({ source: _source, ...provenance }: Json, places: readonly string[]): Json {
  const cut = (text: string): string => {
    const place = places.find((path) => text === path || text.startsWith(path + sep));
    return place === undefined ? text : text.slice(place.length);
  };
  const strip = (value: unknown): unknown => {
    if (typeof value === "string") return cut(value);
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cut(key), strip(inner)]));
  };
  return strip(provenance) as Json;
}

function pick(json: Json, keys: readonly string[]): Json {
  return Object.fromEntries(keys.map((key) => [key, json[key]]));
}

const BETWEEN_TIMES = (path: string, was: string, now: string): string => `${path} was ${was}, now is ${now}`;
const BETWEEN_RUNS = (path: string, one: string, other: string): string => `${path} is ${one} in one and ${other} in the other`;

function firstDifference(was: unknown, now: unknown, path: string, phrase: typeof BETWEEN_TIMES = BETWEEN_TIMES): string | undefined {
  if (isObject(was) && isObject(now)) {
    for (const key of new Set([...Object.keys(was), ...Object.keys(now)])) {
      const difference = firstDifference(was[key], now[key], path === "" ? key : `${path}.${key}`, phrase);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  return JSON.stringify(was) === JSON.stringify(now) ? undefined : phrase(path, brief(was), brief(now));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
