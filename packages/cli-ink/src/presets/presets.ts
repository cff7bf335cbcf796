import { nearest, UserError } from "@benn/core";
import { cifar10Recipes } from "./cifar10-recipes.ts";
import { demo } from "./demo.ts";
import { imagenetRecipes } from "./imagenet-recipes.ts";
import type { Preset } from "./preset.ts";

/** Every preset by name. */
export const presets: Readonly<Record<string, Preset>> = { demo, ...cifar10Recipes, ...imagenetRecipes };

/** @throws UserError when there is none of that name */
export function presetOf(name: string): Preset {
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset) return preset;
  const close = nearest(name, Object.keys(presets));
  throw new UserError(`preset "${name}" is unknown. ${close ? `Did you mean "${close}"? ` : ""}"benn presets" lists them.`);
}
