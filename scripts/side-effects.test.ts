// What `sideEffects` of the packages says is true: a bundle has what is imported and no more, and nothing that it needs is dropped.
import { join } from "node:path";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

/** The minified code of a page that has these imports, which it may resolve as the command may. */
async function bundled(imports: string): Promise<string> {
  const page = join(import.meta.dirname, "../packages/cli-ink/src/page.js");
  const build = await rolldown({
    input: page,
    platform: "browser",
    external: /^node:/,
    resolve: { conditionNames: ["source", "import", "default"] },
    onLog: () => {},
    plugins: [{ name: "page", resolveId: (id) => (id === page ? page : undefined), load: (id) => (id === page ? imports : undefined) }],
  });
  const { output } = await build.generate({ format: "esm", minify: true });
  await build.close();
  return output[0].code;
}

test.for([
  [`export { softVote } from "@benn/vote";`, 500],
  [`export { UserError } from "@benn/core";`, 500],
  [`export { createRandom } from "@benn/core/internals";`, 3000],
] as const)("%s takes at most %i bytes", async ([imports, most]) => {
  expect((await bundled(imports)).length).toBeLessThan(most);
});

test("TensorFlow.js keeps the methods of tensors, which nothing names", async () => {
  const code = await bundled(`import * as tf from "@benn/core/tensorflow"; tf.ones([2]).square().print();`);
  expect(code).toContain("asScalar");
  expect(code).toContain("squaredDifference");
});
