import type { Backend } from "../backend.ts";
import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";
import { requireMethods } from "./require-methods.ts";
import { withChecks } from "./with-checks.ts";

/** Checks the result of `probe`, and how the backend divides the machine. */
export function checkedBackend(backend: Backend, who: string): Backend {
  requireMethods(who, backend, { required: ["probe", "activate"], optional: ["profile", "limits", "share", "form"] });
  return withChecks(backend, {
    async probe() {
      const probe: unknown = await backend.probe();
      const { ok, ...texts } = (typeof probe === "object" && probe !== null ? probe : {}) as Readonly<Record<string, unknown>>;
      const wanted = ok === true ? ["description"] : ["reason", "remedy"];
      if (typeof ok === "boolean" && wanted.every((key) => typeof texts[key] === "string"))
        return probe as Awaited<ReturnType<Backend["probe"]>>;
      throw new ContractError(
        `${who}: probe returned ${describeValue(probe)}. It must return { ok: true, description } or { ok: false, reason, remedy }.`,
      );
    },
    ...(backend.share && {
      share(machine) {
        const share = backend.share?.(machine);
        if (share && Number.isSafeInteger(share.lanes) && share.lanes >= 1 && typeof share.options === "function") return share;
        const lanes = typeof share === "object" ? `lanes: ${describeValue(share.lanes)}` : describeValue(share);
        throw new ContractError(
          `${who}: share returned ${lanes}. It must return { lanes, options } with a whole number of lanes, at least 1.`,
        );
      },
    }),
  });
}
