import { askTerminal, type PictureProtocol } from "./ask-terminal.ts";
import { chooseTheme, type Theme } from "./theme.ts";

/** Appearance of the dashboard. */
export interface Looks {
  readonly theme: Theme;
  /** ASCII characters only. */
  readonly ascii: boolean;
  /** Words instead of signs and pictures, for screen readers. */
  readonly words: boolean;
  /** How pictures are sent to the terminal; absent: they are drawn as half blocks. */
  readonly pictures?: TerminalPictures | undefined;
}

export interface TerminalPictures {
  readonly protocol: PictureProtocol;
  /** Size of a cell in pixels. */
  readonly cell: { readonly width: number; readonly height: number };
}

/** For terminals that do not report it. */
const USUAL_CELL = { width: 10, height: 20 };

export interface AskedLooks {
  readonly theme?: string | undefined;
  readonly ascii?: boolean | undefined;
  readonly screenReader?: boolean | undefined;
  /** `auto`: as the terminal reports; `blocks`: none are sent. */
  readonly pictures?: "auto" | "blocks" | PictureProtocol | undefined;
}

/** The requested looks, completed by what the terminal and the environment report. */
export async function chooseLooks(
  { theme = "auto", ascii, screenReader, pictures = "auto" }: AskedLooks,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Looks> {
  const needsBackground = theme === "auto" || theme === "colour-blind";
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  const isPlain = env["TERM"] === "linux" || (locale !== "" && process.platform !== "win32" && !/utf-?8/i.test(locale));
  const words = screenReader ?? env["INK_SCREEN_READER"] === "true";
  const asksForPictures = pictures !== "blocks" && !words && !(ascii ?? isPlain);
  const answers = needsBackground || asksForPictures ? await askTerminal(asksForPictures) : {};
  const protocol = !asksForPictures ? undefined : pictures === "auto" ? answers.pictures : pictures;
  return {
    theme: chooseTheme(theme, needsBackground ? answers.background : undefined),
    ascii: ascii ?? isPlain,
    words,
    ...(protocol === undefined ? {} : { pictures: { protocol, cell: answers.cell ?? USUAL_CELL } }),
  };
}
