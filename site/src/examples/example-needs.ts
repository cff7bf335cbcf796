import type { Config } from "@benn/cli-ink";

/** A run of seconds, in one thread: other tests run beside it. */
export const smaller: Config = {
  members: 1,
  epochs: 1,
  batchSize: 20,
  backend: { name: "wasm", threads: 1 },
  dataset: { name: "cifar10", trainRows: 60, testRows: 30 },
  architecture: { name: "nin", width: 0.0625 },
};

/** Examples that are checked by their types alone, and why they do not run here. */
export const needsMore: ReadonlyMap<string, string> = new Map([
  ["packages-backend-webgpu-1", "a GPU"],
  ["packages-packed-2", "a GPU, or time for a model without one"],
  ["packages-data-imagenet-1", "a folder of ImageNet"],
  ["packages-queue-1", "a server"],
  ["docs-applications-3", "a plugin of the reader's own"],
]);

const SMALL = `...${JSON.stringify(smaller)}`;

/** The code of an example, with runs that take minutes made to take seconds. */
export function quickened(code: string): string {
  return code
    .replaceAll(/train\(\{ scheme: "samme", members: 4 \}/g, `train({ ${SMALL}, scheme: "mildboost", members: 2 }`)
    .replaceAll(
      '{ name: "arrays", members: 2, epochs: 1,',
      `{ backend: { name: "wasm", threads: 1 }, name: "arrays", members: 2, epochs: 1,`,
    )
    .replaceAll(/train\(\{ name: "code"[^;]*?\}\);/g, `train({ ${SMALL}, name: "code", members: 2 });`);
}
