import { expect, test } from "vitest";
import { ARCHITECTURES } from "../../architecture.ts";
import { BACKENDS } from "../../backend.ts";
import { BINARIZERS } from "../../binarizer.ts";
import { createContainer } from "../../container.ts";
import { DATASETS } from "../../dataset.ts";
import { SCHEMES } from "../../ensemble-scheme.ts";
import { LISTENERS } from "../../listener.ts";
import { definePlugin } from "../../plugin.ts";
import type { Registry } from "../../registry.ts";
import { VOTERS } from "../../voter.ts";
import { loadPlugins } from "./load-plugins.ts";

test("what a plugin registers, of whatever contract, is known to be its own", async () => {
  const contracts = [ARCHITECTURES, BACKENDS, BINARIZERS, DATASETS, LISTENERS, SCHEMES, VOTERS] as const;
  const container = createContainer();
  const plugin = definePlugin({
    name: "all-in-one",
    register(own) {
      for (const token of contracts) own.resolve<Registry<unknown>>(token).add("thing", { description: "", create: () => ({}) });
    },
  });
  await loadPlugins(container, [plugin], { cwd: import.meta.dirname });
  for (const token of contracts) expect(container.resolve<Registry<unknown>>(token).entry("thing").plugin).toBe("all-in-one");
});
