import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FORMAT_VERSIONS } from "./graph.ts";
import { load } from "./load.ts";

/** Of NIN at width 0.08 and ResNet-20 at 0.25, trained for an epoch and exported before layers, votes and preprocessing could lower. */
const FILE = join(import.meta.dirname, "../test/version-1.benn");
/** Logits of both members that the runtime of that time computed for the image below. */
const LOGITS = [
  [0.11610959470272064, 0.007485608104616404, 0, 0, 0, 0, 0.0005721604102291167, 0, 0.026325736194849014, 0.05729323998093605],
  [
    -0.1491282731294632, -0.416157603263855, -0.2597777247428894, -0.4394422769546509, -0.1338748186826706, 0.09275751560926437,
    0.03260480985045433, -0.6390472650527954, 0.11629465967416763, 0.1569918692111969,
  ],
];

test("a file that an earlier release wrote is read and gives the same logits", async () => {
  expect(FORMAT_VERSIONS).toContain("1");
  const model = await load(readFileSync(FILE));
  expect(model.members).toEqual([
    { architecture: "nin", alpha: 1 },
    { architecture: "resnet20", alpha: 1 },
  ]);
  const image = Uint8Array.from({ length: 3072 }, (_, i) => (i * 37) % 256);
  expect(model.predict(image).votes.map(({ logits }) => [...logits])).toEqual(LOGITS);
});
