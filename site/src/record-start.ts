// Runs the commands of docs/start.md and writes what they print below them: `node site/src/record-start.ts`, once the packages are built. A few
// minutes on two cores. Lines that only say how far a command is are left out.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const page = join(root, "docs/start.md");
const cwd = mkdtempSync(join(tmpdir(), "benn-start-"));

const recorded = readFileSync(page, "utf8").replaceAll(/^```console\n\$ benn (.*)\n.*?^```/gms, (_, command: string) => {
  console.log(`benn ${command}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "packages/cli-ink/dist/benn.js"), ...command.split(" ")], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  if (status !== 0) throw new Error(`benn ${command} ended with ${status}: ${stderr}`);
  const lines = stdout.split("\n").filter((line) => !/^(?:reading|scoring|batch norm of|judging|packing)\b.* %$/.test(line));
  return `\`\`\`console\n$ benn ${command}\n${lines.join("\n").trim()}\n\`\`\``;
});
writeFileSync(page, recorded);
