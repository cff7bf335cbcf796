import { UserError } from "../user-error.ts";
import { ContractError } from "./contract-error.ts";

/**
 * Calls a plugin method that computes on its arguments alone, so that any error in it is a mistake of the plugin.
 * @param who for the message: `ensemble scheme samme`
 * @param wants what the method receives and must return, a sentence without its full stop
 * @throws ContractError that names the plugin, with the original error as cause; a UserError of the plugin is rethrown unchanged
 */
export function callPlugin<T>(who: string, method: string, wants: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const [line = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
    throw new ContractError(`${who}: ${method} failed (${line.replace(/\.$/, "")}). ${wants}.`, { cause });
  }
}
