import { availableParallelism } from "node:os";
import type { StopRule } from "@benn/core";
import { type PlannedKind, planRun, type RunPlan } from "@benn/core/node";
import { estimateSeconds } from "../run/estimate-seconds.ts";
import { bytes, count, roughly } from "../run/format.ts";
import { runOptions } from "../run/run-options.ts";
import { stopWords } from "../run/stop-words.ts";
import { listWidth } from "../run/wrapped-table.ts";
import { type ConfigRequest, configure } from "./configure.ts";
import { configLines } from "./config-lines.ts";
import { layerTable } from "./layer-table.ts";
import { printJson, printLines } from "./print.ts";

/** `benn train --dry-run` */
export async function dryRun(request: ConfigRequest, cwd: string, { json = false }: { readonly json?: boolean } = {}): Promise<void> {
  const configured = await configure(request, cwd);
  const plan = await planRun(configured.config, runOptions(configured, cwd));
  if (json) printJson(planFacts(plan));
  else printLines(planLines(plan));
}

/** The whole plan. Plain JSON. */
function planFacts(plan: RunPlan): unknown {
  const cores = availableParallelism();
  const kinds = plan.kinds.map(({ weights, ...kind }) => ({ ...kind, weights: Object.fromEntries(weights) }));
  return { ...plan, kinds, estimate: { seconds: estimateSeconds(plan, cores), backend: "wasm", cores } };
}

/** The plan as text: configuration, data, the layers of each kind of member, and what the run needs. */
export function planLines(plan: RunPlan, width: number = listWidth()): string[] {
  const { dataset, kinds } = plan;
  const members = kinds.reduce((sum, kind) => sum + kind.members.length, 0);
  const cores = availableParallelism();
  return [
    "Configuration (--json has it as a file could hold it)",
    "",
    ...configLines(plan.config, { width, indent: 2 }),
    "",
    `Data: ${dataset.name}, images [${dataset.shape.join(", ")}], ${dataset.classes} classes; ${count(dataset.train)} train, ` +
      `${count(dataset.validation)} validation, ${count(dataset.test)} test`,
    ...kinds.flatMap(kindLines),
    "",
    `Ensemble of ${members}: ${bytes(plan.bytes)}; in float32: ${bytes(plan.realBytes)} (${(plan.realBytes / plan.bytes).toFixed(1)}×)`,
    ...(plan.stopWhen ? [stopLine(plan.stopWhen, members)] : []),
    `Training: ${count(plan.images)} images, ${power(plan.multiplyAdds)} multiply-adds, backward passes included`,
    `Memory of a training step: at most about ${bytes(plan.memoryBytes)}, of this machine's ${bytes(plan.machineMemoryBytes)}`,
    `Time: about ${roughly(estimateSeconds(plan, cores))} with backend wasm on ${cores} ${cores === 1 ? "core" : "cores"} like those of docs/engine.md; ` +
      "the first epoch shows how fast this machine is",
    ...plan.warnings.map((warning) => `Note: ${warning}`),
    "Nothing was trained or written.",
  ];
}

/** What may end the run early; the numbers below assume that it does not. */
function stopLine(rule: StopRule, members: number): string {
  const never = rule.patience >= members - 1 ? `, which ${members} members cannot show before the last one` : "";
  return `Early stop: the run ${stopWords(rule)}${never}. What follows is of all members`;
}

function kindLines({ architecture, binarizer, members, epochs, learningRate, summary }: PlannedKind): string[] {
  const numbers = ranges(members.map((member) => member + 1));
  return [
    "",
    `${members.length > 1 ? "Members" : "Member"} ${numbers}: ${architecture}, ${binarizer}; ${epochs} epochs, learning rate ${learningRate}`,
    "",
    ...layerTable(summary),
  ];
}

/** `1, 2, 4–9`: three or more consecutive numbers become a range. */
function ranges(numbers: readonly number[]): string {
  const runs: number[][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last?.at(-1) === number - 1) last.push(number);
    else runs.push([number]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]}–${run.at(-1)}` : run.join(", "))).join(", ");
}

function power(value: number): string {
  const units = ["", " thousand", " million", " billion", " trillion", " quadrillion"];
  const step = value < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${(value / 1000 ** step).toPrecision(3).replace(/\.0+$/, "")}${units[step]}`;
}
