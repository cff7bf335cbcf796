import { beforeAll, describe } from "vitest";
import { testDataset } from "@benn/core/testing";
import { databases, FOLDERS, newFolder, shards, small } from "../test/sets.ts";
import { imagenet } from "./imagenet.ts";
import { imagenetOptions } from "./imagenet-options.ts";

const cache = newFolder();
let shardFolder = "";
beforeAll(async () => {
  shardFolder = await shards();
});
const databaseFolder = databases();
const create = (options: Readonly<Record<string, unknown>>) => () => imagenet(imagenetOptions.parse({ ...small, cache, ...options }));

describe("imagenet", () => {
  testDataset("of folders", create({ data: FOLDERS }));
  testDataset(
    "of databases, cropped as the reference does",
    create({ data: databaseFolder, augment: "crop", preprocess: "subtract-mean" }),
  );
  testDataset("of shards", () => create({ data: shardFolder })());
});
