import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkRun } from "@benn/core/node";
import * as tf from "@benn/core/tensorflow";
import { folderBytes } from "../../packages/core/src/node/folder-bytes.ts";
import { PowerCut, PowerCutFiles } from "../../packages/core/src/node/power-cut.ts";
import { readMember } from "../../packages/core/src/node/read-member.ts";
import { drawsOf, type Exam, Fault, type Part, type Setting, tryEach } from "./part.ts";
import { spread } from "./spread.ts";
import { differenceOf, goOn, openToyRuns, runIn, type ToyRun } from "./toy/toy-runs.ts";

export const powerCuts: Part = {
  name: "power-cuts",
  summary:
    "The power is cut at every operation on the disk of every kind of run: written bytes that were not flushed are lost, in part or as a whole, and so are names in folders that were not. " +
    "Every member whose end was told must be whole, and the run must go on to the bytes of one undisturbed; every fourth is cut twice.",
  open,
};

async function open(setting: Setting): Promise<Exam> {
  await tf.setBackend("cpu");
  const runs = (await openToyRuns(setting.folder)).filter(({ threads }) => !threads);
  const cuts: { readonly run: ToyRun; readonly wanted: Readonly<Record<string, string>>; readonly at: number; readonly of: number }[] = [];
  for (const run of runs) {
    const out = join(setting.folder, `whole-${run.name}`);
    const files = new PowerCutFiles(runIn(out), Infinity);
    await goOn(run, out, { files, threads: false });
    const wanted = await folderBytes(runIn(out));
    for (let at = 1; at <= files.done; at++) cuts.push({ run, wanted, at, of: files.done });
  }
  const inOrder = spread(cuts);
  return {
    trials: cuts.length,
    run: tryEach(async (number) => {
      const { run, wanted, at, of } = inOrder(number);
      const random = drawsOf(setting, "power-cuts", number);
      const out = join(setting.folder, String(number));
      mkdirSync(out);
      for (const cutAt of random.integer(4) === 0 ? [at, 1 + random.integer(of)] : [at]) {
        const files = new PowerCutFiles(runIn(out), cutAt);
        const ended: number[] = [];
        try {
          await goOn(run, out, { files, threads: false, onEvent: (event) => event.type === "member-end" && ended.push(event.member) });
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
        }
        files.cut(random);
        for (const member of ended) await readMember(runIn(out), member);
      }
      await goOn(run, out, { threads: false });
      const difference = await differenceOf(runIn(out), wanted);
      if (difference !== undefined) throw new Fault(`${run.name}, cut at operation ${at}: ${difference}`);
      const { damaged } = await checkRun(runIn(out));
      if (damaged[0]) throw new Fault(`${run.name}, cut at operation ${at}: ${damaged[0].reason}`);
      rmSync(out, { recursive: true });
      return "gone on with to the same bytes";
    }),
    notes: () => [`${cuts.length.toLocaleString("en")} operations of ${runs.length} kinds of runs`],
  };
}
