import type { DependencyContainer } from "tsyringe";
import type { Share } from "../../backend.ts";
import type { Config } from "../../config.ts";
import { SCHEMES } from "../../ensemble-scheme.ts";
import type { ResolvedConfig } from "../../train/resolve-config.ts";
import { UserError } from "../../user-error.ts";
import { asConfig } from "../experiment.ts";

/** How many members train in parallel. */
export interface MembersAtATime {
  readonly count: number;
  /** Whether no member depends on another, however many this machine trains at a time. */
  readonly independent: boolean;
  /**
   * The run's configuration for one of `count` threads, with its share of the machine in the backend's options.
   * @param thread from 0
   */
  configOf(thread: number): Config;
}

/**
 * How many members train at a time: `parallel` of the configuration, if no member depends on another; with "auto", the number of lanes of
 * the backend.
 * @param share of the run's backend
 * @throws UserError if more than one is requested in a run whose members depend on one another
 */
export function membersAtATime(config: ResolvedConfig, container: DependencyContainer, share: Share | undefined): MembersAtATime {
  const { parallel, backend } = config;
  const independent = config.mode === "independent" && container.resolve(SCHEMES).create(config.scheme).independent === true;
  if (parallel !== "auto" && parallel > 1 && !independent) {
    throw new UserError(
      `parallel: is ${parallel}, but with scheme=${config.scheme.name} mode=${config.mode} each member depends on the one before. ` +
        `Set parallel=1, or mode=independent with a scheme like bagging.`,
    );
  }
  const wanted = parallel === "auto" ? (share?.lanes ?? 1) : parallel;
  const count = independent ? Math.min(wanted, config.members.length) : 1;
  return { count, independent, configOf: (thread) => asConfig({ ...config, backend: { ...backend, ...share?.options(thread, count) } }) };
}
