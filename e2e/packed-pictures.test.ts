// Pictures that datasets preprocess in their own ways, as files: predict preprocesses them as training did.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { benn, newFolder } from "./benn.ts";
import { png } from "./png.ts";
import { quick } from "./quick.ts";

const CLASSES = ["n01503061", "n02691156", "n02958343"];
/** Side of pictures and of the mean image, before the centre crop. */
const SIDE = 40;

/** Folders of pictures with a colour and a gradient that depend on their class, all different. */
function writePictures(folder: string): string[] {
  const written: string[] = [];
  for (const part of ["train", "val"]) {
    for (const [label, name] of CLASSES.entries()) {
      mkdirSync(join(folder, part, name), { recursive: true });
      for (let i = 0; i < 6; i++) {
        const path = join(folder, part, name, `${name}_${i}.png`);
        const picture = png(SIDE, SIDE, (x, y) => [
          (40 * label + 5 * x + 3 * i) % 256,
          (90 * label + 4 * y + x * i) % 256,
          (20 + 60 * label + 2 * x + 3 * y + 11 * i) % 256,
        ]);
        writeFileSync(path, picture);
        if (part === "val") written.push(path);
      }
    }
  }
  return written;
}

/** A mean image [3, side, side] of float32, in the format of numpy.save. */
function npy(side: number, value: (channel: number, y: number, x: number) => number): Buffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (3, ${side}, ${side}), }`.padEnd(117) + "\n";
  const start = Buffer.alloc(10);
  start.write("\u0093NUMPY\u0001\u0000", "latin1");
  start.writeUInt16LE(header.length, 8);
  const plane = side * side;
  const values = Float32Array.from({ length: 3 * plane }, (_, i) => value(Math.floor(i / plane), Math.floor((i % plane) / side), i % side));
  return Buffer.concat([start, Buffer.from(header, "latin1"), Buffer.from(values.buffer)]);
}

interface Answer {
  readonly votes: readonly { readonly logits: readonly number[] }[];
}

test("predict gives ImageNet-style files, blue first less a mean image, the logits that the run has of them", async () => {
  const cwd = newFolder();
  const pictures = writePictures(join(cwd, "pictures"));
  writeFileSync(
    join(cwd, "mean.npy"),
    npy(SIDE, (channel, y, x) => 60 + 40 * channel + y + 0.3 * x),
  );
  const trained = await benn(
    [
      "train",
      "--set",
      "name=run",
      "dataset.name=imagenet",
      "dataset.data=pictures",
      "dataset.size=32",
      `dataset.resize=${SIDE}`,
      "dataset.fit=squash",
      "dataset.augment=crop",
      "dataset.preprocess=subtract-mean",
      "dataset.mean=mean.npy",
      "architecture.name=nin",
      "architecture.width=0.0625",
      "batchSize=6",
      "epochs=2",
      "members=2",
    ],
    { cwd },
  );
  expect(trained.stderr).toBe("");
  expect(trained.code).toBe(0);
  const exported = await benn(["export", "runs/run", "--out", "model.benn", "--verify"], { cwd });
  expect(exported.stderr).toBe("");
  expect(exported.stdout).toMatch(/verified on 18 test images, given as pictures: logits are\s+bit-identical/);
  expect(exported.code).toBe(0);
  const { code, stdout, stderr } = await benn(["predict", "model.benn", ...pictures, "--json"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const answers = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);
  expect(answers).toHaveLength(18);
  for (const [member, name] of ["000", "001"].entries()) {
    const file = readFileSync(join(cwd, "runs/run/members", name, "logits.test.f32"));
    const stored = new Float32Array(Uint8Array.from(file).buffer);
    expect(new Set(stored).size).toBeGreaterThan(18);
    for (const [row, { votes }] of answers.entries()) {
      // Of the same images; a kernel is centred again when the run is opened, which may change the last digit of a scale.
      for (const [k, logit] of votes[member]!.logits.entries()) expect(logit).toBeCloseTo(stored[row * 3 + k]!, 4);
    }
  }
});

test("predict takes a picture of any size for an ensemble trained on whitened images, unless its matrix was left out", async () => {
  const cwd = newFolder();
  const settings = [...quick, "name=run", "dataset.preprocess=gcn-zca", "dataset.cache=cache"];
  const trained = await benn(["train", ...settings], { cwd });
  expect(trained.stderr).toBe("");
  writeFileSync(
    join(cwd, "photo.png"),
    png(50, 40, (x, y) => [3 * x, 5 * y, x + y]),
  );
  expect(await benn(["export", "runs/run"], { cwd })).toMatchObject({ code: 0, stderr: "" });
  const seen = await benn(["predict", "run.benn", "photo.png"], { cwd });
  expect(seen.stderr).toBe("");
  expect(seen.stdout).toMatch(/photo\.png +\w+ +[012] of 2/);
  const bare = await benn(["export", "runs/run", "--no-whitening", "--out", "bare.benn"], { cwd });
  expect(bare.stderr).toMatch(/takes floats, not pictures: its images are whitened/);
  const refused = await benn(["predict", "bare.benn", "photo.png"], { cwd });
  expect(refused.stderr).toMatch(/it takes a Float32Array/);
  expect(refused.code).toBe(2);
});
