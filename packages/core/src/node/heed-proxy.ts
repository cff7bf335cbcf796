import * as http from "node:http";

/** Names of the variables, in order of precedence. */
const VARIABLES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

let done = false;

/**
 * Makes `fetch` use the proxy of the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) on versions of Node that can switch at run time:
 * 24.14, and 25.4 or later. Takes effect once per process.
 * @returns a sentence for the message of a failed download: which variable names a proxy, and what an older Node needs to use it; or ""
 */
export function heedProxy(env: NodeJS.ProcessEnv = process.env): string {
  const variable = VARIABLES.find((name) => env[name]);
  if (variable === undefined) return "";
  const heeds = env["NODE_USE_ENV_PROXY"] === "1" || process.execArgv.includes("--use-env-proxy");
  const { setGlobalProxyFromEnv } = http as Partial<typeof http>; // absent in older versions of Node
  if (!heeds && !setGlobalProxyFromEnv) {
    return (
      ` ${variable} names a proxy, which Node ${process.version} does not use by default: ` +
      "set NODE_USE_ENV_PROXY=1 (from Node 22.21 on), or use a newer Node."
    );
  }
  if (!heeds && !done) setGlobalProxyFromEnv?.(env);
  done = true;
  return ` It went by the proxy that ${variable} names; NO_PROXY lists hosts that need none.`;
}
