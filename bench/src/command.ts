// `pnpm bench NAME`: measurements, each in a file of its name.
const benches: Readonly<Record<string, () => Promise<(args: readonly string[]) => Promise<void>>>> = {
  browser: async () => (await import("./browser.ts")).browser,
  conformance: async () => (await import("./conformance.ts")).conformance,
  data: async () => (await import("./data.ts")).data,
  gradients: async () => (await import("./gradients.ts")).gradients,
  infer: async () => (await import("./infer.ts")).infer,
  train: async () => (await import("./train.ts")).train,
};

const [name = "", ...args] = process.argv.slice(2);
const bench = benches[name];
if (bench) {
  await (
    await bench()
  )(args);
  process.exit(0);
}
console.error(`bench: ${name === "" ? "name what to measure" : `there is no "${name}"`}. There are: ${Object.keys(benches).join(", ")}.`);
process.exit(2);
