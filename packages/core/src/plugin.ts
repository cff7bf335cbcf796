import type { DependencyContainer } from "tsyringe";

/**
 * The default export of a plugin package: a name for messages, and a function that adds its definitions to the registries. Importing the
 * package has no side effects; the application calls `register`.
 */
export interface BennPlugin {
  readonly name: string;
  register(container: DependencyContainer): void | Promise<void>;
}

/** Types a plugin literal: `export default definePlugin({ name, register(container) { … } })`. */
export function definePlugin(plugin: BennPlugin): BennPlugin {
  return plugin;
}
