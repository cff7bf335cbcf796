import { terminalBackground } from "./terminal-background.ts";
import { chooseTheme, type Theme } from "./theme.ts";

/** How the dashboard looks. */
export interface Looks {
  readonly theme: Theme;
  /** Only ASCII. */
  readonly ascii: boolean;
  /** Words for signs and pictures, for screen readers. */
  readonly words: boolean;
}

export interface AskedLooks {
  readonly theme?: string | undefined;
  readonly ascii?: boolean | undefined;
  readonly screenReader?: boolean | undefined;
}

/** The looks asked for, and what the terminal and its environment say of the rest. */
export async function chooseLooks(
  { theme = "auto", ascii, screenReader }: AskedLooks,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Looks> {
  const needsBackground = theme === "auto" || theme === "colour-blind";
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  const isPlain = env["TERM"] === "linux" || (locale !== "" && process.platform !== "win32" && !/utf-?8/i.test(locale));
  return {
    theme: chooseTheme(theme, needsBackground ? await terminalBackground() : undefined),
    ascii: ascii ?? isPlain,
    words: screenReader ?? env["INK_SCREEN_READER"] === "true",
  };
}
