import { expect, test } from "vitest";
import { createContainer } from "../../container.ts";
import { CONTRACTS } from "../../contracts.ts";
import { definePlugin } from "../../plugin.ts";
import type { Registry } from "../../registry.ts";
import { UserError } from "../../user-error.ts";
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

const register = () => {};

test("a plugin that comes twice registers once, and a namesake is refused", async () => {
  let calls = 0;
  const plugin = definePlugin({ name: "mine", register: () => void calls++ });
  const container = createContainer();
  expect(await loadPlugins(container, [plugin, plugin], { cwd: import.meta.dirname })).toEqual([{ name: "mine" }]);
  expect(calls).toBe(1);
  const namesakes = loadPlugins(container, [plugin, definePlugin({ name: "mine", register })], { cwd: import.meta.dirname });
  await expect(namesakes).rejects.toThrow(
    'plugin the application: is named "mine", as is the one from the application. Rename or leave out one of them.',
  );
});

test("what a plugin throws when it registers is told with its name; a refusal of ours as it is; and the registrant before is back", async () => {
  const container = createContainer();
  const registries = Object.values(CONTRACTS).map(({ token }) => container.resolve<Registry<unknown>>(token));
  const before = registries.map((registry) => registry.registrant);
  const load = (own: () => void) => loadPlugins(container, [definePlugin({ name: "mine", register: own })], { cwd: import.meta.dirname });
  await expect(
    load(() => {
      throw new TypeError("no room left. ");
    }),
  ).rejects.toThrow("plugin mine (from the application): throws when it registers (no room left). Fix it, or leave it out.");
  const refusal = new UserError("mine: taken.");
  await expect(
    load(() => {
      throw refusal;
    }),
  ).rejects.toBe(refusal);
  expect(registries.map((registry) => registry.registrant)).toEqual(before);
});

test("with onFault a plugin that cannot be loaded is left out and told of, and those behind it are loaded", async () => {
  const faults: string[] = [];
  const good = { name: "good", register() {} };
  const broken = {
    name: "broken",
    register() {
      throw new Error("out of order");
    },
  };
  const loaded = await loadPlugins(createContainer(), [broken, "./nowhere.ts", good], {
    cwd: import.meta.dirname,
    onFault: ({ source, error }) => void faults.push(`${source}: ${error.message}`),
  });
  expect(loaded).toEqual([{ name: "good" }]);
  expect(faults).toEqual([
    "broken: plugin broken (from the application): throws when it registers (out of order). Fix it, or leave it out.",
    expect.stringMatching(/^\.\/nowhere\.ts: plugin \.\/nowhere\.ts: there is no file/),
  ]);
});
