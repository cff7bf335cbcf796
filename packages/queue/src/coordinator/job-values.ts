import { createHash } from "node:crypto";
import { type Config, UserError } from "@benn/core";

/** @throws UserError for what lies in a folder of this machine, and workers do not have */
export function refusePlaces(config: Config): void {
  const specs = [config.loss, ...(Array.isArray(config.members) ? config.members.map(({ loss }) => loss) : [])];
  if (specs.some((loss) => typeof loss === "object" && "teacher" in loss && loss["teacher"] !== undefined)) {
    throw new UserError("loss.teacher: names the folder of a run on this machine, which workers do not have. Train it here, without --on.");
  }
}

/** A short name for a value: the same for the same one. */
export function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);
}

export function asJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
