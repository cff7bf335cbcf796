import { availableParallelism, totalmem } from "node:os";
import type { DependencyContainer } from "tsyringe";
import type { Config } from "../../config.ts";
import { SCHEMES } from "../../ensemble-scheme.ts";
import type { Spec } from "../../registry.ts";
import type { ResolvedConfig } from "../../train/resolve-config.ts";
import { UserError } from "../../user-error.ts";
import { asConfig } from "../experiment.ts";

/**
 * How many members train at a time: `parallel` of the configuration, where no member depends on another. "auto" gives
 * each core a member, as far as half of the memory goes, on a backend that can be told to use one thread: then nothing
 * waits at the end of each kernel, which is faster than splitting one member's step over the cores. On a backend that was
 * told of several adapters it gives each of them one.
 * @param stepBytes what a training step of the largest member takes
 * @throws UserError when more than one is asked for in a run whose members depend on one another
 */
export function membersAtATime(
  config: ResolvedConfig,
  container: DependencyContainer,
  stepBytes: number,
  machine: { readonly cores: number; readonly memoryBytes: number } = { cores: availableParallelism(), memoryBytes: totalmem() },
): number {
  const { parallel } = config;
  const independent = config.mode === "independent" && container.resolve(SCHEMES).create(config.scheme).independent === true;
  if (parallel !== "auto") {
    if (parallel > 1 && !independent) {
      throw new UserError(
        `parallel: is ${parallel}, but with scheme=${config.scheme.name} mode=${config.mode} each member depends on the one before. ` +
          `Set parallel=1, or mode=independent with a scheme like bagging.`,
      );
    }
    return Math.min(parallel, config.members.length);
  }
  if (!independent) return 1;
  if (!("threads" in config.backend)) return Math.min(adaptersOf(config.backend).length || 1, config.members.length);
  const fitting = Math.floor(machine.memoryBytes / 2 / Math.max(1, stepBytes));
  return Math.max(1, Math.min(machine.cores, config.members.length, fitting));
}

/**
 * The run's configuration for one of `count` threads: its backend gets its share of the cores, and one of the adapters that
 * it was told of.
 * @param thread from 0
 */
export function configOfThread(config: ResolvedConfig, count: number, thread: number): Config {
  const { backend } = config;
  const threads = Math.max(1, Math.floor(availableParallelism() / count));
  const adapters = adaptersOf(backend);
  return asConfig({
    ...config,
    backend: {
      ...backend,
      ...("threads" in backend ? { threads } : {}),
      ...(adapters.length > 0 ? { adapter: adapters[thread % adapters.length] } : {}),
    },
  });
}

/** What a list under the backend's option `adapter` holds. */
function adaptersOf({ adapter }: Spec): readonly unknown[] {
  return Array.isArray(adapter) ? adapter : [];
}
