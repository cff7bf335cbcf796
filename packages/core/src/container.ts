// The only door to tsyringe: it needs reflect-metadata before its first line, and nothing else in the house should
// have to know that. Wiring is by token, never by type or decorator, so plugins stay erasable TypeScript.
import "reflect-metadata";
import { container, type DependencyContainer, type InjectionToken } from "tsyringe";
import { ARCHITECTURES } from "./architecture.ts";
import { BACKENDS } from "./backend.ts";
import { BINARIZERS } from "./binarizer.ts";
import { DATASETS } from "./dataset.ts";
import { SCHEMES } from "./ensemble-scheme.ts";
import { LISTENERS } from "./listener.ts";
import { Registry } from "./registry.ts";
import { VOTERS } from "./voter.ts";

export type { DependencyContainer, InjectionToken };

/** A container of its own with one empty registry for each of the seven contracts. */
export function createContainer(): DependencyContainer {
  const own = container.createChildContainer();
  own.register(ARCHITECTURES, { useValue: new Registry("architecture") });
  own.register(BINARIZERS, { useValue: new Registry("binarizer") });
  own.register(SCHEMES, { useValue: new Registry("ensemble scheme") });
  own.register(VOTERS, { useValue: new Registry("voter") });
  own.register(DATASETS, { useValue: new Registry("dataset") });
  own.register(BACKENDS, { useValue: new Registry("backend") });
  own.register(LISTENERS, { useValue: new Registry("listener") });
  return own;
}
