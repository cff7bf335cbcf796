import type { TrainOptions } from "@benn/core/node";
import type { Configured } from "../command/configure.ts";
import { checkMember } from "./check-member.ts";
import { memberThreads } from "./member-threads.ts";

/** The command's options for every run that it trains or plans. */
export function runOptions(
  { container, plugins }: Pick<Configured, "container" | "plugins">,
  cwd: string,
): Pick<TrainOptions, "container" | "executor" | "checkMember"> {
  return { container, executor: memberThreads(plugins, cwd), checkMember };
}
