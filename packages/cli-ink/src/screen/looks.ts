import { askTerminal, type PictureProtocol } from "./ask-terminal.ts";
import { chooseTheme, type Theme } from "./theme.ts";

/** How the dashboard looks. */
export interface Looks {
  readonly theme: Theme;
  /** Only ASCII. */
  readonly ascii: boolean;
  /** Words for signs and pictures, for screen readers. */
  readonly words: boolean;
  /** How pictures are sent to the terminal; absent: they are drawn in half blocks. */
  readonly pictures?: TerminalPictures | undefined;
}

export interface TerminalPictures {
  readonly protocol: PictureProtocol;
  /** Pixels of a cell. */
  readonly cell: { readonly width: number; readonly height: number };
}

/** Of terminals that do not say it. */
const USUAL_CELL = { width: 10, height: 20 };

export interface AskedLooks {
  readonly theme?: string | undefined;
  readonly ascii?: boolean | undefined;
  readonly screenReader?: boolean | undefined;
  /** `auto`: as the terminal says; `blocks`: none are sent. */
  readonly pictures?: "auto" | "blocks" | PictureProtocol | undefined;
}

/** The looks asked for, and what the terminal and its environment say of the rest. */
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
