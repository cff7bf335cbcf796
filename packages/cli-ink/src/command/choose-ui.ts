import { UserError } from "@benn/core/messages";

export type Ui = "ink" | "plain" | "json";

interface Terminal {
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: { readonly isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The dashboard on an interactive terminal that can draw it; plain lines in pipes, logs and CI.
 * @throws UserError if the dashboard is requested without a terminal
 */
export function chooseUi(asked: Ui | "auto", { stdin, stdout, env }: Terminal = process): Ui {
  const terminal = stdin.isTTY === true && stdout.isTTY === true;
  if (asked === "ink" && !terminal) {
    throw new UserError("--ui ink: standard input and output are not both a terminal. Use --ui plain, or leave it out.");
  }
  if (asked !== "auto") return asked;
  const isCi = !["", "0", "false"].includes(env["CI"] ?? "");
  return terminal && !isCi && env["TERM"] !== "dumb" ? "ink" : "plain";
}
