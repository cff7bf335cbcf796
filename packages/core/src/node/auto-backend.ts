import type { DependencyContainer } from "tsyringe";
import { type Backend, BACKENDS } from "../backend.ts";
import { definePlugin } from "../plugin.ts";
import type { Spec } from "../registry.ts";
import type { ResolvedConfig } from "../train/resolve-config.ts";
import { UserError } from "../user-error.ts";
import { type BackendReport, type Now, examineBackend } from "./examine-backend.ts";

/** The name that stands for the fastest backend on this machine. */
export const AUTO = "auto";

export type NamedReport = { readonly name: string } & BackendReport;

export interface ExamineOptions {
  readonly now?: Now | undefined;
  /** Backends to try. Default: all. */
  readonly names?: readonly string[];
  /** Called before a backend is tried. */
  onBegin?(name: string): void;
  /** Called with the result. */
  onReport?(report: NamedReport): void;
}

/** The registered backends, without `auto`, which is only a placeholder. */
export function backendNames(container: DependencyContainer): readonly string[] {
  return container
    .resolve(BACKENDS)
    .names()
    .filter((name) => name !== AUTO);
}

/** Tries registered backends, one after the other. */
export async function examineBackends(
  container: DependencyContainer,
  { now, names = backendNames(container), onBegin, onReport }: ExamineOptions = {},
): Promise<NamedReport[]> {
  const backends = container.resolve(BACKENDS);
  const reports: NamedReport[] = [];
  for (const name of names) {
    onBegin?.(name);
    const report = { name, ...(await examineBackend(backends.create(name), now)) };
    reports.push(report);
    onReport?.(report);
  }
  return reports;
}

/**
 * Finds the registered backend that runs training steps fastest, with correct results.
 * @throws UserError if none does
 */
export async function fastestBackend(container: DependencyContainer, now?: Now): Promise<Spec> {
  const reports = await examineBackends(container, { now });
  const [fastest] = reports.filter((report) => report.ok).toSorted((a, b) => b.imagesPerSecond - a.imagesPerSecond);
  if (fastest) return container.resolve(BACKENDS).resolve(fastest.name);
  const first = reports.find((report) => !report.ok);
  throw new UserError(
    `backend ${AUTO}: no backend trains here${first ? ` (${first.name}: ${first.reason.replace(/\.$/, "")})` : ""}. See "benn doctor" for what each of them lacks.`,
  );
}

/** Replaces the backend "auto" by the one that it stands for, so that a run's record names the actual backend. */
export async function settleBackend(config: ResolvedConfig, container: DependencyContainer): Promise<ResolvedConfig> {
  return config.backend.name === AUTO ? { ...config, backend: await fastestBackend(container) } : config;
}

/** Registers `auto`. */
export const autoBackend = definePlugin({
  name: "@benn/core",
  register(container) {
    const backends = container.resolve(BACKENDS);
    const fastest = async (): Promise<Backend> => backends.create(await fastestBackend(container));
    backends.add(AUTO, {
      description: "the fastest of the others that works here",
      create: () => ({
        probe: async () => {
          try {
            return await (await fastest()).probe();
          } catch (error) {
            if (!(error instanceof UserError)) throw error;
            return { ok: false, reason: error.message, remedy: "Run benn doctor." };
          }
        },
        activate: async () => (await fastest()).activate(),
      }),
    });
  },
});
