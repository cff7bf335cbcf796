// One run of `pnpm bench gradients`, in a process of its own: node study-run.ts OUT NAME CONFIG. A folder that is there already
// is gone on with. Tells its parent { share } of the steps that are done, again and again.
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
const container = createContainer({ defaults: { architecture: "nin", binarizer: "deterministic", voter: "soft" } });
for (const plugin of [archNin, backendWasm, binarize, dataCifar, ensembleBagging, vote]) await plugin.register(container);
const folder = join(out, name);
const resume = existsSync(join(folder, "experiment.json"));
if (!resume) await rm(folder, { recursive: true, force: true });
const { epochs = 1, ...rest } = JSON.parse(config) as Config;
for await (const event of train({ ...rest, epochs, name }, { container, out, ...(resume ? { resume: folder } : {}) })) {
  if (event.type === "step") process.send?.({ share: (event.epoch + event.step / event.steps) / epochs });
}
process.exit(0);
