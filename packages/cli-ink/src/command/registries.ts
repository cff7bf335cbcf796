import {
  ARCHITECTURES,
  BACKENDS,
  BINARIZERS,
  DATASETS,
  type DependencyContainer,
  LISTENERS,
  type Registry,
  SCHEMES,
  VOTERS,
  z,
} from "@benn/core";

/** The keys of the configuration that name something registered, with the registry that knows it. */
export const registries = {
  architecture: ARCHITECTURES,
  binarizer: BINARIZERS,
  scheme: SCHEMES,
  voter: VOTERS,
  dataset: DATASETS,
  backend: BACKENDS,
  listeners: LISTENERS,
};

export interface RegisteredName {
  /** Key of the configuration. */
  readonly key: string;
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
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
}

/** Everything that has a name, by contract. */
export function registeredNames(container: DependencyContainer): RegisteredName[] {
  return Object.entries(registries).flatMap(([key, token]) => {
    const registry = container.resolve<Registry<unknown>>(token);
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
