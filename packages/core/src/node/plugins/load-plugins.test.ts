import { expect, test } from "vitest";
import { createContainer } from "../../container.ts";
import { CONTRACTS } from "../../contracts.ts";
import { definePlugin } from "../../plugin.ts";
import type { Registry } from "../../registry.ts";
import { loadPlugins } from "./load-plugins.ts";

test("what a plugin registers, of whatever contract, is known to be its own", async () => {
  const contracts = Object.values(CONTRACTS).map(({ token }) => token);
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
