// One run of `pnpm bench gradients`, in a process of its own: node study-run.ts OUT NAME CONFIG. A folder that is there already
// is gone on with.
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import archNin from "@benn/arch-nin";
import backendWasm from "@benn/backend-wasm";
import binarize from "@benn/binarize";
import { type Config, createContainer } from "@benn/core";
import { train } from "@benn/core/node";
import dataCifar from "@benn/data-cifar";
import ensembleBagging from "@benn/ensemble-bagging";
import vote from "@benn/vote";

const [out = "", name = "", config = ""] = process.argv.slice(2);
process.on("disconnect", () => process.exit(1)); // the parent is gone
const container = createContainer();
for (const plugin of [archNin, backendWasm, binarize, dataCifar, ensembleBagging, vote]) await plugin.register(container);
const folder = join(out, name);
const resume = existsSync(join(folder, "experiment.json"));
if (!resume) await rm(folder, { recursive: true, force: true });
const run = train({ ...(JSON.parse(config) as Config), name }, { container, out, ...(resume ? { resume: folder } : {}) });
for await (const event of run) void event;
process.exit(0);
