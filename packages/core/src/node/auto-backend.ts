import type { DependencyContainer } from "tsyringe";
import { type Backend, BACKENDS } from "../backend.ts";
import { definePlugin } from "../plugin.ts";
import type { Spec } from "../registry.ts";
import type { ResolvedConfig } from "../train/resolve-config.ts";
import { UserError } from "../user-error.ts";
import { type BackendReport, type Clock, examineBackend } from "./examine-backend.ts";

/** The name that stands for whichever backend is the fastest here. */
export const AUTO = "auto";

/** Tries every registered backend, one after the other. */
export async function examineBackends(container: DependencyContainer, now?: Clock): Promise<({ readonly name: string } & BackendReport)[]> {
  const backends = container.resolve(BACKENDS);
  const reports: ({ name: string } & BackendReport)[] = [];
  for (const name of backends.names().filter((name) => name !== AUTO)) {
    reports.push({ name, ...(await examineBackend(backends.create(name), now)) });
  }
  return reports;
}

/**
 * The registered backend that takes training steps fastest, and rightly.
 * @throws UserError when none does
 */
export async function fastestBackend(container: DependencyContainer, now?: Clock): Promise<Spec> {
  const reports = await examineBackends(container, now);
  const [fastest] = reports.filter((report) => report.ok).toSorted((a, b) => b.imagesPerSecond - a.imagesPerSecond);
  if (fastest) return container.resolve(BACKENDS).resolve(fastest.name);
  const first = reports.find((report) => !report.ok);
  throw new UserError(
    `backend ${AUTO}: no backend trains here${first ? ` (${first.name}: ${first.reason.replace(/\.$/, "")})` : ""}. See "benn doctor" for what each of them lacks.`,
  );
}

/** The configuration with the backend that "auto" comes to, so that a run's record names what it was trained with. */
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
