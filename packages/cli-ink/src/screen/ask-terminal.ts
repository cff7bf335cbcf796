import type { ReadStream, WriteStream } from "node:tty";

interface Terminal {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly env: NodeJS.ProcessEnv;
}

/** Protocols for pictures in terminals. */
export type PictureProtocol = "kitty" | "iterm2" | "sixel";

/** What a terminal reports about itself. */
export interface TerminalAnswers {
  /** Background colour, `#rrggbb`: reported by the terminal, or by the variable COLORFGBG. */
  readonly background?: string | undefined;
  /** The best protocol to send pictures; absent if it supports none, or does not report any. */
  readonly pictures?: PictureProtocol | undefined;
  /** Size of a cell in pixels. */
  readonly cell?: { readonly width: number; readonly height: number } | undefined;
}

/** A terminal that has not answered by now does not answer, or is remote. */
const PATIENCE_MILLISECONDS = 150;
const ESC = "\u001B";
const QUERY = {
  background: `${ESC}]11;?${ESC}\\`,
  kitty: `${ESC}_Gi=4211,s=1,v=1,a=q,t=d,f=24;AAAA${ESC}\\`,
  iterm2: `${ESC}]1337;Capabilities${ESC}\\`,
  cell: `${ESC}[16t`,
  /** DA1, which every terminal answers: answers that have not arrived before it will not arrive. It also reports support of sixels. */
  attributes: `${ESC}[c`,
} as const;

/**
 * Queries the terminal's background colour and picture protocols. Keys typed meanwhile are put back into standard input.
 * @param asksForPictures whether to query picture protocols
 * @see xterm's control sequences (OSC 11, CSI 16 t, DA1), the graphics protocol of kitty, iTerm2's feature reporting
 */
export async function askTerminal(asksForPictures: boolean, { stdin, stdout, env }: Terminal = process): Promise<TerminalAnswers> {
  if (!stdin.isTTY || !stdout.isTTY || env["TERM"] === "dumb") return {};
  // Multiplexers take kitty's query for a title; the Linux console prints it.
  const isMultiplexed = /^(?:screen|tmux|linux)/.test(env["TERM"] ?? "") || env["TMUX"] !== undefined || env["STY"] !== undefined;
  const pictures = asksForPictures ? `${isMultiplexed ? "" : `${QUERY.kitty}${QUERY.iterm2}`}${QUERY.cell}` : "";
  let answer = "";
  stdin.setRawMode(true);
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stdin.off("data", onData);
      resolve();
    };
    const timer = setTimeout(done, PATIENCE_MILLISECONDS);
    const onData = (bytes: Buffer): void => {
      answer += bytes.toString("latin1");
      if (ATTRIBUTES.test(answer)) done();
    };
    stdin.on("data", onData);
    stdout.write(`${QUERY.background}${pictures}${QUERY.attributes}`);
  });
  stdin.pause(); // still raw: a late answer should not be echoed before the screen takes over the keys
  const typed = withoutAnswers(answer);
  if (typed !== "") stdin.unshift(Buffer.from(typed, "latin1"));
  const cell = parseCell(answer);
  return {
    background: parseBackground(answer) ?? backgroundOf(env["COLORFGBG"]),
    pictures: asksForPictures ? parsePictures(answer) : undefined,
    ...(cell ? { cell } : {}),
  };
}

/** `ESC [ ? 62 ; 4 c`: sixels are attribute 4. */
// eslint-disable-next-line no-control-regex
const ATTRIBUTES = /\u001B\[\?([\d;]*)c/;

/** The protocols in the answers, best first; sixels require the size of a cell. */
export function parsePictures(answer: string): PictureProtocol | undefined {
  if (answer.includes("_Gi=4211;OK")) return "kitty";
  const [, features = ""] = /\]1337;Capabilities=([A-Za-z\d]*)/.exec(answer) ?? [];
  if (/F(?![a-z])/.test(features)) return "iterm2"; // the name of a feature is a capital letter followed by small ones
  const [, attributes = ""] = ATTRIBUTES.exec(answer) ?? [];
  return attributes.split(";").slice(1).includes("4") && parseCell(answer) ? "sixel" : undefined;
}

/** `ESC [ 6 ; height ; width t` */
export function parseCell(answer: string): { readonly width: number; readonly height: number } | undefined {
  const [, height, width] = /\[6;(\d+);(\d+)t/.exec(answer) ?? [];
  const cell = { width: Number(width), height: Number(height) };
  return cell.width >= 1 && cell.height >= 1 && cell.width < 200 && cell.height < 200 ? cell : undefined;
}

/** `rgb:1e1e/1e1e/1e1e` from an answer to OSC 11, with one to four digits each, as `#1e1e1e`. */
export function parseBackground(answer: string): string | undefined {
  const [, ...parts] = /\]11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/i.exec(answer) ?? [];
  if (parts.length < 3) return undefined;
  const bytes = parts.map((digits) => Math.round((255 * Number.parseInt(digits, 16)) / (16 ** digits.length - 1)));
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** `15;0`: foreground and background as indices of the 16 colours. */
function backgroundOf(variable: string | undefined): string | undefined {
  const last = variable?.split(";").at(-1) ?? "";
  if (!/^\d+$/.test(last)) return undefined;
  return Number(last) === 7 || Number(last) >= 9 ? "#ffffff" : "#000000";
}

/** What was typed while the terminal answered. */
export function withoutAnswers(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/\u001B(?:\](?:11|1337);|_G)[^\u0007\u001B]*(?:\u0007|\u001B\\)|\u001B\[(?:\?[\d;]*c|6;\d+;\d+t)/g, "");
}
