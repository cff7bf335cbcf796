import type { DependencyContainer } from "tsyringe";
import { BACKENDS } from "../backend.ts";
import type { Config } from "../config.ts";
import type { Spec } from "../registry.ts";
import type { ResolvedConfig } from "../train/resolve-config.ts";
import { asConfig } from "./experiment.ts";
import { placeOptions } from "./same-data.ts";

/**
 * The part of a configuration that affects the bytes of members, for another machine: without listeners, plugin files, paths of data, use
 * of the machine, and what the run itself brings from elsewhere (initial weights, given members).
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
