import * as http from "node:http";

/** Names of the variables, the ones that count first. */
const VARIABLES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

let done = false;

/**
 * Lets `fetch` take the proxy that the environment names (HTTP_PROXY, HTTPS_PROXY, NO_PROXY), where Node can do that while it runs: 24.14, and
 * 25.4 or later. Once a process.
 * @returns what to add to the message of a download that fails: which variable names a proxy, and what an older Node needs to heed it; or ""
 */
export function heedProxy(env: NodeJS.ProcessEnv = process.env): string {
  const variable = VARIABLES.find((name) => env[name]);
  if (variable === undefined) return "";
  const heeds = env["NODE_USE_ENV_PROXY"] === "1" || process.execArgv.includes("--use-env-proxy");
  const { setGlobalProxyFromEnv } = http as Partial<typeof http>; // older ones do not have it
  if (!heeds && !setGlobalProxyFromEnv) {
    return (
      ` ${variable} names a proxy, which Node ${process.version} does not heed by itself: ` +
      "set NODE_USE_ENV_PROXY=1 (from Node 22.21 on), or use a newer Node."
    );
  }
  if (!heeds && !done) setGlobalProxyFromEnv?.(env);
  done = true;
  return ` It went by the proxy that ${variable} names; NO_PROXY lists hosts that need none.`;
}
