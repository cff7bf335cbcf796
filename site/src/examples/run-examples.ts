// Runs examples of the pages in one process, each as it stands there, and prints what each printed as a line of JSON.
// Usage: node run-examples.ts FOLDER-OF-EXAMPLES NAME…, in a folder that may be written to.
import { once } from "node:events";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { type BennPlugin, createContainer, exportRun, SCHEMES, train } from "@benn/cli-ink";
import { collectExamples } from "./collect-examples.ts";
import { smaller } from "./example-needs.ts";

const root = join(import.meta.dirname, "../../..");
const [folder = "", ...names] = process.argv.slice(2);
const examples = collectExamples().filter(({ name }) => names.includes(name));

// What examples open: a run, its file, a checkpoint of PyTorch.
const isAlone = examples.every(({ code }) => code.includes("train("));
if (!isAlone) await prepare();

async function prepare(): Promise<void> {
  const stored = await train({ ...smaller, name: "NAME", validation: 0.2, members: 2 }).finish();
  const { bytes } = await exportRun(stored.folder);
  for (const name of ["NAME.benn", "model.benn"]) writeFileSync(name, bytes);
  copyFileSync(join(root, "packages/import-torch/fixtures/torch/zip.pth.tar"), "0.pth.tar");
}

const write = process.stdout.write.bind(process.stdout);
const log = console.log;
for (const { name, page } of examples) {
  const printed: string[] = [];
  console.log = (...values: readonly unknown[]) =>
    void printed.push(values.map((value) => (typeof value === "string" ? value : inspect(value))).join(" "));
  const began = performance.now();
  let error: string | undefined;
  try {
    const { default: plugin } = (await import(join(folder, `${name}.ts`))) as { readonly default?: BennPlugin };
    if (typeof plugin?.register === "function") await register(plugin);
  } catch (caught) {
    error = caught instanceof Error ? caught.message : String(caught);
  }
  console.log = log;
  const seconds = (performance.now() - began) / 1000;
  if (!write(`${JSON.stringify({ name, page, printed: printed.join("\n"), error, seconds })}\n`)) await once(process.stdout, "drain");
}
process.stdout.write("", () => process.exit()); // examples leave threads behind

/** A plugin that a page shows registers; a scheme judges a weak member among ten classes; a network trains. */
async function register(plugin: BennPlugin): Promise<void> {
  const container = createContainer();
  await plugin.register(container);
  console.log(`registers ${plugin.name}`);
  const schemes = container.resolve(SCHEMES);
  if (schemes.names().includes("my-boost")) {
    const round = { member: 1, sampleWeights: Float64Array.of(1, 2), wrong: Uint8Array.of(1, 0), labels: new Int32Array(2), classes: 10 };
    const verdict = schemes.create("my-boost").next({ ...round, error: 0.8, logits: () => new Float32Array(20) });
    console.log(verdict.kind, verdict.kind === "accept" && verdict.alpha > 0, String("sampleWeights" in verdict && verdict.sampleWeights));
  }
  if (plugin.name === "my-net") {
    const { reason } = await train(
      { ...smaller, dataset: { name: "cifar10", trainRows: 20, testRows: 10 }, architecture: { name: "my-net", filters: 2 } },
      { plugins: [plugin] },
    ).finish();
    console.log(`my-net ${reason}`);
  }
}
