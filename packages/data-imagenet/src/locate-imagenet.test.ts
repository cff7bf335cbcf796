import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createContainer, DATASETS, UserError } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { expect, test } from "vitest";
import { databases, FOLDERS, newFolder, shards } from "../test/sets.ts";
import plugin from "./index.ts";
import { locateImagenet } from "./locate-imagenet.ts";

const container = createContainer();
void plugin.register(container);

test("its folder is the one that is named, if it holds pictures in a form that is read", async () => {
  const locate = (data: string) => container.resolve(DATASETS).create({ name: "imagenet", data }).locate?.();
  for (const folder of [FOLDERS, databases(), await shards()]) expect(locate(folder)).toBe(folder);
  expect(locateImagenet({ data: newFolder() }, [])).toBeUndefined();
  expect(locateImagenet({ data: "/nowhere" }, [])).toBeUndefined();
});

test("or one of the usual name in a usual place", () => {
  const place = newFolder();
  expect(locateImagenet({}, [place])).toBeUndefined();
  mkdirSync(join(place, "imagenet/train"), { recursive: true });
  expect(locateImagenet({}, [place])).toBeUndefined(); // an empty one
  mkdirSync(join(place, "ILSVRC2012/train/n01440764"), { recursive: true });
  expect(locateImagenet({}, [place])).toBe(join(place, "ILSVRC2012"));
});

test("without a folder nothing is loaded, and the message says what to name", async () => {
  const loading = container
    .resolve(DATASETS)
    .create("imagenet")
    .load({ validation: 0, random: createRandom(0, "v") });
  await expect(loading).rejects.toThrow(UserError);
  await expect(loading).rejects.toThrow(/^imagenet: the folder of its pictures is not named\. Name it with --data DIR/);
});
