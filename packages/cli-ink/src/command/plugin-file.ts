import { isAbsolute } from "node:path";

/** Whether a plugin is named by a path rather than a package. */
export function isPluginFile(plugin: string): boolean {
  return isAbsolute(plugin) || /^\.{1,2}[/\\]/.test(plugin);
}
