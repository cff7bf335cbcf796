import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { quotedCommands } from "../test/quoted-commands.ts";
import { runBench } from "./run-bench.ts";

const SUBJECTS = ["anytime", "binarizers", "browser", "conformance", "data", "gradients", "infer", "queue", "train"];

test.for(SUBJECTS.flatMap(quotedCommands))("`$quoted`, as the documents have it, has options that there are", async ({ words }) => {
  const lines: string[] = [];
  // An error in options before --help would be reported instead.
  await expect(runBench([...words, "--help"], (line) => lines.push(line))).rejects.toMatchObject({ code: "commander.helpDisplayed" });
  expect(lines.join("\n")).toContain(`Usage: pnpm bench ${words[0]}`);
});

test("a subject that there is not is refused with those that there are", async () => {
  await expect(runBench(["trian"], () => {})).rejects.toThrow(`there is no "trian". There are: ${SUBJECTS.join(", ")}.`);
  await expect(runBench([], () => {})).rejects.toThrow("name what to measure");
});

test.for([
  [["train", "--net", "sb,vgg"], 'There is no "vgg"; there are sb, ab, resnet20.'],
  [["train", "--threads", "1,none"], "It must be a whole number from 1."],
  [["infer", "--width", "-1"], "It must be a number above 0."],
] as const)("%o is refused", async ([words, reason]) => {
  const refused = runBench(words, () => {});
  await expect(refused).rejects.toThrow(CommanderError);
  await expect(refused).rejects.toThrow(reason);
});
