import { UserError } from "../user-error.ts";
import { ContractError } from "./contract-error.ts";

/**
 * Calls a method of a plugin that is arithmetic on its arguments, so that an error in it is the plugin's mistake.
 * @param who for the message: `ensemble scheme samme`
 * @param wants what the method gets and must return, a sentence without its full stop
 * @throws ContractError naming the plugin, with the error as its cause; a plugin's own UserError as it is
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
