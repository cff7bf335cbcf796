/** The message for a Node version that is too old, or undefined. Imports nothing, so that old versions can load it. */
export function nodeTooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  if (major === 22 ? minor >= 18 : major === 24 || major >= 26) return undefined;
  return `benn: needs Node 22.18, 24 or 26; this is ${version}. Install one from nodejs.org, or in a checkout use "npm run benn --", which fetches one.`;
}
