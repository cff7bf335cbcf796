import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { definePlugin, type Listener, LISTENERS, type RunEvent } from "@benn/core";

/** Appends a line for each member that is trained to my-listener/members.txt in the run folder. */
export function myListener(): Listener {
  let file = "";
  const lineOf = (event: RunEvent): string =>
    event.type === "member-end" ? `member ${event.member + 1}: best epoch ${event.bestEpoch + 1}\n` : "";
  return {
    async open({ folder, past }) {
      mkdirSync(join(folder, "my-listener"), { recursive: true });
      file = join(folder, "my-listener", "members.txt");
      // Of a resumed run: what was written beyond its checkpoint is told again, so the file is written anew.
      let lines = "";
      for await (const event of past) lines += lineOf(event);
      writeFileSync(file, lines);
    },
    onEvent(event) {
      appendFileSync(file, lineOf(event));
    },
  };
}

export default definePlugin({
  name: "my-listener",
  register(container) {
    container.resolve(LISTENERS).add("my-listener", { description: "a line for each member", create: myListener });
  },
});
