// A user's own pictures, from a folder to a page: train, export, serve.
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { image, writeIdx } from "../packages/data-mnist/test/write-idx.ts";
import { byClass, writePhotographs } from "../packages/data-pictures/test/photographs.ts";
import { benn, newFolder, root, start } from "./benn.ts";

const sharp = createRequire(join(root, "packages/cli-ink/package.json"))("sharp") as (
  bytes: Buffer,
  options: object,
) => { toColourspace(space: string): { png(): { toBuffer(): Promise<Buffer> } }; png(): { toBuffer(): Promise<Buffer> } };
const CLASSES = ["automobile", "bird", "ship"];
const small = ["epochs=1", "members=2", "architecture.width=0.25"];

interface Answer {
  readonly label: string;
  readonly votes: readonly { readonly logits: readonly number[] }[];
}

/** Expects that `predict` for the files agrees with the run's logits of its test rows, up to the rounding of kernels. */
async function expectSame(cwd: string, model: string, run: string, files: readonly string[], classes: number): Promise<void> {
  const { code, stdout, stderr } = await benn(["predict", model, ...files, "--json"], { cwd });
  expect([stderr, code]).toEqual(["", 0]);
  const answers = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);
  expect(answers).toHaveLength(files.length);
  for (const member of ["000", "001"]) {
    const bytes = Uint8Array.from(readFileSync(join(cwd, run, "members", member, "logits.test.f32")));
    const stored = new Float32Array(bytes.buffer);
    expect(stored).toHaveLength(files.length * classes);
    for (const [row, { votes }] of answers.entries())
      for (const [k, logit] of votes[Number(member)]!.logits.entries()) expect(logit).toBeCloseTo(stored[row * classes + k]!, 4);
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("own pictures in three commands: train on the folder, export, open the page", async () => {
  const cwd = newFolder();
  await writePhotographs(cwd, [
    ...byClass(CLASSES, 8, { prefix: "photos/train" }),
    ...byClass(CLASSES, 3, { prefix: "photos/test", from: 8 }),
  ]);
  const trained = await benn(["train", "--preset", "pictures", "--data", "photos", "--set", "name=mine", ...small], { cwd });
  expect([trained.stderr, trained.code]).toEqual(["", 0]);
  expect(trained.stdout).toMatch(/vote of 2: accuracy/);
  const exported = await benn(["export", "runs/mine", "--verify"], { cwd });
  expect([exported.stderr, exported.code]).toEqual(["", 0]);
  expect(exported.stdout).toMatch(/verified on 9 test images, given as pictures: logits are\s+bit-identical/);

  const files = CLASSES.flatMap((name) =>
    readdirSync(join(cwd, "photos/test", name))
      .toSorted()
      .map((file) => join("photos/test", name, file)),
  );
  await expectSame(cwd, "mine.benn", "runs/mine", files, 3);

  const port = await freePort();
  const address = `http://localhost:${port}/`;
  const page = start(["demo", "serve", "mine.benn", "--port", String(port)], { cwd });
  await page.shows(`${address} shows mine.benn. Open it in a browser`);
  const get = (path: string) => fetch(address + path);
  expect(await (await get("")).text()).toContain('id="classes"');
  expect(Buffer.compare(Buffer.from(await (await get("model.benn")).arrayBuffer()), readFileSync(join(cwd, "mine.benn")))).toBe(0);
  for (const path of ["nothing", "../package.json", "%2e%2e/package.json", "%2e%2e%2fpackage.json", "samples"])
    expect((await get(path)).status, path).toBe(404);
  const taken = await benn(["demo", "serve", "--port", String(port)], { cwd });
  expect([taken.code, taken.stderr]).toEqual([
    2,
    expect.stringMatching(/port \d+ cannot be had: another program has it\. Choose another with --port/),
  ]);
  page.child.kill("SIGINT");
  await page.finished;

  // The run identifies its pictures by their content: they may move, and others are refused.
  renameSync(join(cwd, "photos"), join(cwd, "moved"));
  const lost = await benn(["eval", "runs/mine"], { cwd });
  expect([lost.code, lost.stderr]).toEqual([2, expect.stringMatching(/pictures: data is ".*photos", which is not a folder/)]);
  const moved = await benn(["export", "runs/mine", "--verify", "--data", "moved", "--out", "again.benn"], { cwd });
  expect([moved.stderr, moved.code]).toEqual(["", 0]);
  expect(readFileSync(join(cwd, "again.benn")).equals(readFileSync(join(cwd, "mine.benn")))).toBe(true);
  await writePhotographs(cwd, byClass(CLASSES, 11, { prefix: "other" }));
  const other = await benn(["export", "runs/mine", "--verify", "--data", "other", "--out", "other.benn"], { cwd });
  expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/was made with other data \(/)]);
});

test("grey images of one channel go from IDX files to predict", async () => {
  const cwd = newFolder();
  writeIdx(join(cwd, "idx"), { train: 60, test: 20, gz: true });
  const trained = await benn(
    ["train", "--data", "idx", "--set", "dataset=fashion-mnist", "name=grey", "architecture=nin", "batchSize=20", ...small],
    { cwd },
  );
  expect([trained.stderr, trained.code]).toEqual(["", 0]);
  const exported = await benn(["export", "runs/grey", "--verify"], { cwd });
  expect([exported.stderr, exported.code]).toEqual(["", 0]);
  expect(exported.stdout).toMatch(/verified on 20 test images, given as pictures: logits are\s+bit-identical/);
  mkdirSync(join(cwd, "files"));
  const files: string[] = [];
  for (let row = 0; row < 20; row++) {
    const file = join("files", `${row}.png`);
    const picture = sharp(Buffer.from(image(1000 + row)), { raw: { width: 28, height: 28, channels: 1 } });
    writeFileSync(join(cwd, file), await (row % 2 === 0 ? picture : picture.toColourspace("srgb")).png().toBuffer());
    files.push(file);
  }
  await expectSame(cwd, "grey.benn", "runs/grey", files, 10);
});
