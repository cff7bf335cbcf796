import { isAbsolute } from "node:path";

/** Whether a plugin is given as a path rather than a package name. */
export function isPluginFile(plugin: string): boolean {
  return isAbsolute(plugin) || /^\.{1,2}[/\\]/.test(plugin);
}
