import { existsSync } from "node:fs";
import { join } from "node:path";
import { readEvents } from "./event-log.ts";
import { type DataFacts, readExperiment } from "./experiment.ts";

/** What the files of a run are checked against. */
export interface RunFacts {
  /** Format of the run folder: from 2 on, every file of numbers has a checksum. */
  readonly format: number;
  readonly rows?: DataFacts["rows"];
  readonly classes?: number;
}

/** @throws UserError if experiment.json is damaged */
export async function readRunFacts(folder: string): Promise<RunFacts> {
  if (!existsSync(join(folder, "experiment.json"))) return { format: 1 };
  const { format, data } = await readExperiment(folder);
  if (data) return { format, rows: data.rows, classes: data.labels.length };
  // Older runs describe their data only in the first event.
  const log = join(folder, "events.jsonl");
  if (!existsSync(log)) return { format };
  for await (const event of readEvents(log, { follow: false })) {
    if (event.type !== "run-start") break;
    const { train, validation, test, labels } = event.dataset;
    return { format, rows: { train, ...(validation > 0 ? { validation } : {}), test }, classes: labels.length };
  }
  return { format };
}
