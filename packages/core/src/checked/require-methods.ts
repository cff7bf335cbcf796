import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";

interface Methods {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
}

/**
 * Checks that a plugin has the methods of its contract.
 * @param who for the message: `ensemble scheme samme`
 * @throws ContractError that names the method
 */
export function requireMethods(who: string, plugin: unknown, { required, optional = [] }: Methods): void {
  const all = `${required.join(" and ")}${optional.length > 0 ? `, and may have ${optional.join(", ")}` : ""}`;
  if (typeof plugin !== "object" || plugin === null || typeof (plugin as { readonly then?: unknown }).then === "function") {
    throw new ContractError(`${who}: is ${describeValue(plugin)}. It must be an object that has ${all}.`);
  }
  for (const method of [...required, ...optional]) {
    const value: unknown = (plugin as Readonly<Record<string, unknown>>)[method];
    if (typeof value === "function" || (value === undefined && optional.includes(method))) continue;
    const what = value === undefined ? `has no method ${method}` : `has ${describeValue(value)} as ${method}, which must be a method`;
    throw new ContractError(`${who}: ${what}. It must have ${all}.`);
  }
}
