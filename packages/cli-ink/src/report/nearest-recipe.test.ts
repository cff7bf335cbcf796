import { PRESETS } from "@benn/core";
import { expect, test } from "vitest";
import { openContainer } from "../command/open-container.ts";
import { nearestRecipe } from "./nearest-recipe.ts";

const container = await openContainer([], { cwd: import.meta.dirname });
const preset = container.resolve(PRESETS).create("cifar10-sb-boost-d-seq", "preset");

test("a run of a recipe is held against that recipe, with what the paper has, and its command names it", () => {
  const { recipe, command } = nearestRecipe(
    "runs/x",
    { ...preset.config, epochs: 7, scheme: { ...(preset.config.scheme as object), name: "boost-d", shrinkage: 0.5 } },
    { container },
  );
  expect(recipe.preset).toBe("cifar10-sb-boost-d-seq");
  expect(recipe.published).toEqual(preset.published);
  expect(recipe.differences.map(({ key }) => key)).toEqual(["epochs", "scheme.shrinkage"]);
  expect(command).toBe("benn train --preset cifar10-sb-boost-d-seq --set epochs=7 scheme.shrinkage=0.5");
});

test("a run of another scheme has no published numbers, and the command of one that settings cannot say verifies it", () => {
  const { recipe } = nearestRecipe("runs/x", { ...preset.config, binarizer: "none" }, { container });
  expect(recipe.published).toBeUndefined();
  const { command } = nearestRecipe("runs/x", { ...preset.config, members: [{ count: 1 }, { count: 2, epochs: 4 }] }, { container });
  expect(command).toMatch(/^benn (train --preset .* --set 'members=\[|verify runs\/x --whole)/);
});

test("a preset that is named is the one, and one that is not there is refused", () => {
  const { recipe } = nearestRecipe("runs/x", preset.config, { container, asked: "cifar10-sb-bagging-seq" });
  expect(recipe.preset).toBe("cifar10-sb-bagging-seq");
  expect(() => nearestRecipe("runs/x", preset.config, { container, asked: "none" })).toThrow(/there is no such preset/);
});
