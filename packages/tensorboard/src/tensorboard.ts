import { join } from "node:path";
import type { Listener, RunEvent } from "@benn/core";
import { EventFiles } from "./event-files.ts";
import { createScalars } from "./scalars.ts";

/** Writes a run's events as TensorBoard's event files into `tensorboard/` of its folder. */
export function tensorboard(): Listener {
  const scalarsOf = createScalars();
  let files: EventFiles | undefined;

  const onEvent = async (event: RunEvent): Promise<void> => {
    const scalars = scalarsOf(event);
    if (scalars && scalars.values.length > 0) await files?.append(scalars, event.clock.at / 1000);
  };
  return {
    async open({ folder, past }) {
      files = new EventFiles(join(folder, "tensorboard"));
      for await (const event of past) await onEvent(event);
      await files.cut();
    },
    onEvent,
    close: () => files?.close(),
  };
}
