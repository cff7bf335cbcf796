import { type DependencyContainer, z } from "@benn/core";
import { type ContractKey, CONTRACTS, type Registry } from "@benn/core/node";

export interface RegisteredName {
  /** Key of the contract; also its key in the configuration, unless configurations do not name it. */
  readonly key: ContractKey;
  readonly contract: string;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly description: string;
  /** JSON schema of the options. */
  readonly options: { readonly properties?: Readonly<Record<string, JsonSchema>> } & Readonly<Record<string, unknown>>;
  readonly plugin: string;
}

export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly default?: unknown;
  readonly description?: string;
}

/** All registered names, by contract. */
export function registeredNames(container: DependencyContainer): RegisteredName[] {
  const keys = Object.keys(CONTRACTS) as ContractKey[];
  return keys.flatMap((key) => {
    const registry = container.resolve<Registry<unknown>>(CONTRACTS[key].token);
    return registry.entries().map(({ name, aliases, definition, plugin }) => {
      const { $schema: _dialect, ...options } = z.toJSONSchema(definition.options ?? z.object({}), { io: "input", unrepresentable: "any" });
      return {
        key,
        contract: registry.contract,
        name,
        aliases,
        description: definition.description,
        options: options as RegisteredName["options"],
        plugin,
      };
    });
  });
}
