import type { ReadStream, WriteStream } from "node:tty";

interface Terminal {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly env: NodeJS.ProcessEnv;
}

/** A terminal that has not answered by then does not, or is far away. */
const PATIENCE_MILLISECONDS = 150;
const ESC = "\u001B";

/**
 * Colour of the terminal's background, `#rrggbb`: asked of the terminal, or by the variable COLORFGBG; undefined if neither says it. What is typed meanwhile
 * is given back to standard input.
 * @see xterm's control sequences, OSC 11 and DA1, which every terminal answers
 */
export async function terminalBackground({ stdin, stdout, env }: Terminal = process): Promise<string | undefined> {
  if (!stdin.isTTY || !stdout.isTTY || env["TERM"] === "dumb") return undefined;
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
      if (answer.includes(`${ESC}[?`) && answer.endsWith("c")) done();
    };
    stdin.on("data", onData);
    stdout.write(`${ESC}]11;?${ESC}\\${ESC}[c`);
  });
  stdin.pause(); // still raw: a late answer had better not be echoed before the screen takes keys
  const typed = withoutAnswers(answer);
  if (typed !== "") stdin.unshift(Buffer.from(typed, "latin1"));
  return parseBackground(answer) ?? backgroundOf(env["COLORFGBG"]);
}

/** `rgb:1e1e/1e1e/1e1e` of an answer to OSC 11, with one to four digits each, as `#1e1e1e`. */
export function parseBackground(answer: string): string | undefined {
  const [, ...parts] = /\]11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/i.exec(answer) ?? [];
  if (parts.length < 3) return undefined;
  const bytes = parts.map((digits) => Math.round((255 * Number.parseInt(digits, 16)) / (16 ** digits.length - 1)));
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** `15;0`: foreground and background by their numbers among the 16 colours. */
function backgroundOf(variable: string | undefined): string | undefined {
  const last = variable?.split(";").at(-1) ?? "";
  if (!/^\d+$/.test(last)) return undefined;
  return Number(last) === 7 || Number(last) >= 9 ? "#ffffff" : "#000000";
}

function withoutAnswers(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/\u001B\]11;[^\u0007\u001B]*(?:\u0007|\u001B\\)/g, "").replaceAll(/\u001B\[\?[\d;]*c/g, "");
}
