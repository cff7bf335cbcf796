import { checkRun, mendRun, type MendedRun, readExperiment } from "@benn/core/node";
import { count } from "../run/format.ts";
import { commandName, quoted } from "./command-name.ts";
import { datasetOfRun } from "./dataset-of-run.ts";
import { openRunContainer, refuseForeignBackend } from "./plugins-of-run.ts";
import { print, printJson, say } from "./print.ts";

export interface FsckOptions {
  readonly mend?: boolean;
  readonly data?: string;
  readonly cache?: string;
  readonly backend?: string;
  readonly plugin?: readonly string[];
  readonly takeOver?: boolean;
  readonly json?: boolean;
}

/** `benn fsck`: exit code 0 for a run that is whole, in the end, and 1 for one that is damaged. */
export async function fsck(folder: string, options: FsckOptions): Promise<void> {
  const found = await checkRun(folder);
  const isMendable = found.damaged.some(({ mendable }) => mendable) || found.leftOver.length > 0;
  const { mended, refused, report }: MendedRun =
    options.mend && isMendable && found.format !== undefined ? await mend(folder, options) : { mended: [], refused: [], report: found };
  process.exitCode = report.damaged.length > 0 ? 1 : 0;
  if (options.json) printJson({ ...report, mended, refused });
  else print(`${fsckLines({ mended, refused, report }).join("\n")}\n`);
}

async function mend(folder: string, { data, cache, backend, plugin = [], takeOver = false, json }: FsckOptions): Promise<MendedRun> {
  const { config } = await readExperiment(folder);
  const container = await openRunContainer({ folder, config }, plugin);
  if (backend === undefined) refuseForeignBackend({ folder, config }, process.cwd());
  const showsProgress = !json && process.stderr.isTTY;
  return await mendRun(folder, {
    container,
    takeOver,
    ...datasetOfRun({ folder, config }, { data, cache }, (message) => say(`benn: ${message}\n`)),
    ...(backend === undefined ? {} : { backend: { name: backend } }),
    onProgress({ what, done, total }) {
      if (showsProgress) process.stderr.write(done < total ? `\r\u001B[K${what}: ${count(done)} of ${count(total)}` : "\r\u001B[K");
    },
  });
}

/** What was mended, what is damaged and what is whole, as text. */
export function fsckLines({ mended, refused, report }: MendedRun): string[] {
  const { folder, training, members, trained, whole, unsigned, damaged, leftOver } = report;
  const files = (n: number): string => (n === 1 ? "1 file" : `${count(n)} files`);
  return [
    ...mended.map((what) => `mended: ${what}`),
    ...refused.map((why) => `not mended: ${why}`),
    ...damaged.flatMap(({ reason, mendable }) => [
      `damaged: ${reason}`,
      mendable ? "  can be computed again" : "  only a copy brings it back, or training anew",
    ]),
    ...leftOver.map((name) => `left over from a process that was killed: ${name}`),
    ...(training ? ["a process trains the run now, so files may have changed while they were looked at"] : []),
    ...(unsigned.length > 0 ? [`${files(unsigned.length)} of an older version without checksums, of the right length`] : []),
    `${folder}: ${trained.length} of ${members} members; ${files(whole.length)} whole, ${damaged.length === 0 ? "none" : damaged.length} damaged`,
    ...(damaged.some(({ mendable }) => mendable) && refused.length === 0 && mended.length === 0
      ? ["", `  ${commandName()} fsck ${quoted(folder)} --mend   compute again what can be`]
      : []),
  ];
}
