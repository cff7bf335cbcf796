import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * Folder for downloads and indexes of a dataset: under `$XDG_CACHE_HOME` or `~/.cache`, on macOS under `~/Library/Caches`, on Windows under
 * `%LOCALAPPDATA%`.
 */
export function cacheFolder(dataset: string, env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  return join(userCache(env, platform), "benn", dataset);
}

function userCache(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === "win32") return env["LOCALAPPDATA"] || join(homedir(), "AppData", "Local");
  if (platform === "darwin") return join(homedir(), "Library", "Caches");
  const given = env["XDG_CACHE_HOME"]; // only absolute paths count, by the XDG Base Directory Specification
  return given && isAbsolute(given) ? given : join(homedir(), ".cache");
}
