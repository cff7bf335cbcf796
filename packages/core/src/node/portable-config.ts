import type { DependencyContainer } from "tsyringe";
import { BACKENDS } from "../backend.ts";
import type { Config } from "../config.ts";
import type { Spec } from "../registry.ts";
import type { ResolvedConfig } from "../train/resolve-config.ts";
import { asConfig } from "./experiment.ts";
import { placeOptions } from "./same-data.ts";

/**
 * What of a configuration decides on the bytes of members, for a machine other than this: without who listens, the files of plugins, where the
 * data lie, how the machine is used, and what the run brings its members from elsewhere (weights to begin with, members that are given).
 */
export function portableConfig(config: ResolvedConfig, container: DependencyContainer): Config {
  const { listeners: _listeners, plugins: _plugins, parallel: _parallel, init: _init, given: _given, ...rest } = config;
  const { machineOptions = [] } = container.resolve(BACKENDS).create(config.backend);
  return asConfig({
    ...rest,
    dataset: without(config.dataset, placeOptions(config.dataset, container)),
    backend: without(config.backend, machineOptions),
  } as ResolvedConfig);
}

export function without(spec: Spec, keys: readonly string[]): Spec {
  return Object.fromEntries(Object.entries(spec).filter(([key]) => key === "name" || !keys.includes(key))) as Spec;
}
