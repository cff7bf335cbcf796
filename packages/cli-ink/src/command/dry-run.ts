import { availableParallelism } from "node:os";
import type { StopRule } from "@benn/core";
import { type PlannedKind, planRun, type RunPlan } from "@benn/core/node";
import { estimateSeconds } from "../run/estimate-seconds.ts";
import { bytes, count, duration, table } from "../run/format.ts";
import { runOptions } from "../run/run-options.ts";
import { stopWords } from "../run/stop-words.ts";
import { type ConfigRequest, configure } from "./configure.ts";
import { print } from "./print.ts";

/** `benn train --dry-run` */
export async function dryRun(request: ConfigRequest, cwd: string): Promise<void> {
  const configured = await configure(request, cwd);
  print(`${planLines(await planRun(configured.config, runOptions(configured, cwd))).join("\n")}\n`);
}

/** The plan as text: configuration, data, the layers of each kind of member, and what the run needs. */
export function planLines(plan: RunPlan): string[] {
  const { dataset, kinds } = plan;
  const members = kinds.reduce((sum, kind) => sum + kind.members.length, 0);
  return [
    "Configuration",
    JSON.stringify(plan.config, null, 2),
    "",
    `Data: ${dataset.name}, images [${dataset.shape.join(", ")}], ${dataset.classes} classes; ${count(dataset.train)} train, ` +
      `${count(dataset.validation)} validation, ${count(dataset.test)} test`,
    ...kinds.flatMap(kindLines),
    "",
    `Ensemble of ${members}: ${bytes(plan.bytes)}; with real-valued weights ${bytes(plan.realBytes)} (${(plan.realBytes / plan.bytes).toFixed(1)} times as much)`,
    ...(plan.stopWhen ? [stopLine(plan.stopWhen, members)] : []),
    `Training: ${count(plan.images)} images, ${power(plan.multiplyAdds)} multiply-adds, backward passes included`,
    `Memory of a training step: at most about ${bytes(plan.memoryBytes)}, of this machine's ${bytes(plan.machineMemoryBytes)}`,
    `Time: about ${duration(estimateSeconds(plan, availableParallelism()))} with backend wasm on ${availableParallelism()} cores like those of docs/engine.md; ` +
      "the first epoch of a run shows this machine's",
    ...plan.warnings.map((warning) => `Note: ${warning}`),
    "Nothing was trained or written.",
  ];
}

/** What may end the run early; the numbers below are of a run that does not. */
function stopLine(rule: StopRule, members: number): string {
  const never = rule.patience >= members - 1 ? `, which ${members} members cannot show before the last one` : "";
  return `Early stop: the run ${stopWords(rule)}${never}. What follows is of all members`;
}

function kindLines({ architecture, binarizer, members, epochs, learningRate, summary }: PlannedKind): string[] {
  const numbers = ranges(members.map((member) => member + 1));
  const row = (values: readonly (string | number)[]): string[] => values.map((value) => (typeof value === "number" ? count(value) : value));
  return [
    "",
    `Member ${numbers}: ${architecture}, ${binarizer}; ${epochs} epochs, learning rate ${learningRate}`,
    "",
    ...table(
      [
        ["layer", "type", "output", "parameters", "1-bit", "multiply-adds 1-bit", "32-bit", "bytes"],
        ...summary.layers.map((layer) =>
          row([
            layer.name,
            layer.type,
            layer.outputShape.join("×"),
            layer.parameters,
            layer.binaryParameters,
            layer.binaryMultiplyAdds,
            layer.realMultiplyAdds,
            layer.bytes,
          ]),
        ),
        row([
          "all",
          "",
          "",
          summary.parameters,
          summary.binaryParameters,
          summary.binaryMultiplyAdds,
          summary.multiplyAdds - summary.binaryMultiplyAdds,
          summary.bytes,
        ]),
      ],
      { left: 3 },
    ).map((line) => `  ${line}`),
  ];
}

/** `1, 2, 4–9`: three neighbours or more are a range. */
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
