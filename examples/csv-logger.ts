// Your own listener: a line of CSV for each epoch, in csv-logger/epochs.csv of the run folder. Try it:
//
//     benn train --plugin ./examples/csv-logger.ts --set listeners=csv-logger
//
// A listener hears the events of events.jsonl, each once and in order. When a run is resumed, `past` has them up to the checkpoint: what was written
// beyond it is told again, so the file is written anew from there.
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { definePlugin, type Listener, LISTENERS, type RunEvent } from "@benn/core";

export function csvLogger(): Listener {
  let file = "";
  let metrics: readonly string[] = [];
  const cell = (value: string | number): string => (/[",\n]/.test(`${value}`) ? `"${`${value}`.replaceAll('"', '""')}"` : `${value}`);
  const line = (cells: readonly (string | number)[]): string => `${cells.map(cell).join(",")}\n`;
  /** What an event adds to the file. */
  const linesOf = (event: RunEvent): string => {
    if (event.type === "run-start") {
      metrics = event.metrics.map(({ name }) => name);
      return line(["member", "epoch", "loss", ...metrics, "learning rate"]);
    }
    if (event.type !== "epoch") return "";
    const { member, epoch, loss, learningRate } = event;
    return line([member + 1, epoch + 1, loss, ...metrics.map((name) => event.metrics[name] ?? ""), learningRate]);
  };
  return {
    async open({ folder, past }) {
      mkdirSync(join(folder, "csv-logger"), { recursive: true });
      file = join(folder, "csv-logger", "epochs.csv");
      let text = "";
      for await (const event of past) text += linesOf(event);
      writeFileSync(file, text);
    },
    onEvent(event) {
      const text = linesOf(event);
      if (text !== "") appendFileSync(file, text);
    },
  };
}

export default definePlugin({
  name: "csv-logger",
  register(container) {
    container.resolve(LISTENERS).add("csv-logger", { description: "a line of CSV for each epoch", create: csvLogger });
  },
});
