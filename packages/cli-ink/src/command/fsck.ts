import { checkRun, mendRun, type MendedRun, readExperiment } from "@benn/core/node";
import { count } from "../run/format.ts";
import { commandName, quoted } from "./command-name.ts";
import { datasetOfRun } from "./dataset-of-run.ts";
import { openRunContainer, refuseForeignBackend } from "./plugins-of-run.ts";
import { printJson, printLines, say } from "./print.ts";
import { progressLine } from "./progress-line.ts";

export interface FsckOptions {
  readonly mend?: boolean;
  readonly data?: string;
  readonly cache?: string;
  readonly backend?: string;
  readonly plugin?: readonly string[];
  readonly takeOver?: boolean;
  readonly json?: boolean;
}

/** `benn fsck`: exit code 0 for a run that is intact at the end, 1 for a damaged one. */
export async function fsck(folder: string, options: FsckOptions): Promise<void> {
  const found = await checkRun(folder);
  const isMendable = found.damaged.some(({ mendable }) => mendable) || found.leftOver.length > 0;
  const { mended, refused, report }: MendedRun =
    options.mend && isMendable && found.format !== undefined ? await mend(folder, options) : { mended: [], refused: [], report: found };
  process.exitCode = report.damaged.length > 0 ? 1 : 0;
  if (options.json) printJson({ ...report, mended, refused });
  else printLines(fsckLines({ mended, refused, report }));
}

async function mend(folder: string, { data, cache, backend, plugin = [], takeOver = false, json }: FsckOptions): Promise<MendedRun> {
  const { config } = await readExperiment(folder);
  const container = await openRunContainer({ folder, config }, plugin, { trains: true });
  if (backend === undefined) refuseForeignBackend({ folder, config }, process.cwd());
  const progress = progressLine({ json });
  return await mendRun(folder, {
    container,
    takeOver,
    ...datasetOfRun({ folder, config }, { data, cache }, (message) => say(`benn: ${message}\n`)),
    ...(backend === undefined ? {} : { backend: { name: backend } }),
    onProgress: (done) => (done.done < done.total ? progress.show(done) : progress.clear()),
  });
}

/** What was repaired, what is damaged and what is intact, as text. */
export function fsckLines({ mended, refused, report }: MendedRun): string[] {
  const { folder, training, members, trained, whole, unsigned, damaged, leftOver } = report;
  const files = (n: number): string => (n === 1 ? "1 file" : `${count(n)} files`);
  return [
    ...mended.map((what) => `repaired: ${what}`),
    ...refused.map((why) => `not repaired: ${why}`),
    ...damaged.flatMap(({ reason, mendable }) => [
      `damaged: ${reason}`,
      mendable ? "  can be recomputed" : "  only a copy, or retraining, brings it back",
    ]),
    ...leftOver.map((name) => `left over from a process that was killed: ${name}`),
    ...(training ? ["a process is training the run, so files may have changed during the check"] : []),
    ...(unsigned.length > 0 ? [`${files(unsigned.length)} from an older version without checksums, of the right length`] : []),
    `${folder}: ${trained.length} of ${members} members; ${files(whole.length)} intact, ${damaged.length === 0 ? "none" : damaged.length} damaged`,
    ...(damaged.some(({ mendable }) => mendable) && refused.length === 0 && mended.length === 0
      ? ["", `  ${commandName()} fsck ${quoted(folder)} --mend   recompute what can be`]
      : []),
  ];
}
