import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { copyFolders, FOLDERS, load, SYNSETS } from "../../test/sets.ts";

const [FIRST, SECOND] = SYNSETS;
/** Numbers of pictures in the original folders. */
const [TRAIN, VAL] = [24, 12];

interface Spoilt {
  readonly data: string;
  /** A class folder of the training part, and the path of a picture in it. */
  readonly folder: string;
  readonly picture: string;
}

function spoilt(): Spoilt {
  const data = copyFolders();
  const folder = join(data, "train", FIRST);
  return { data, folder, picture: join(folder, `${FIRST}_0.JPEG`) };
}

const hides = (name: string, path: (of: Spoilt) => string) =>
  [`a hidden ${name}`, (of: Spoilt) => cpSync(of.picture, path(of)), /1 hidden, or put there by a system, such as/] as const;
const copyInto = (of: Spoilt, name: string): void => {
  mkdirSync(join(of.folder, name));
  cpSync(of.picture, join(of.folder, name, "copy.jpg"));
};
const linked = (name: string, target: (of: Spoilt) => string) =>
  [
    `a link to ${name}`,
    (of: Spoilt) => symlinkSync(target(of), join(of.folder, "link")),
    /1 links to folders that belong to the set already, or contain it, such as "n01503061\/link"/,
  ] as const;

describe("left out, counted and reported before training:", () => {
  test.for([
    hides("picture of macOS", ({ folder }) => join(folder, "._0.jpg")),
    ...[".ipynb_checkpoints", "@eaDir", "__MACOSX", "lost+found"].map(
      (name) => [`the folder ${name}`, (of: Spoilt) => copyInto(of, name), /1 hidden, or put there by a system, such as/] as const,
    ),
    [
      "the folder @eaDir beside the classes",
      ({ data, picture }: Spoilt) => {
        mkdirSync(join(data, "train/@eaDir"));
        cpSync(picture, join(data, "train/@eaDir/copy.jpg"));
      },
      /1 hidden, or put there by a system, such as "@eaDir"/,
    ],
    [
      "links to nothing, and in a circle",
      ({ folder }: Spoilt) => {
        symlinkSync("nowhere.jpg", join(folder, "dead.jpg"));
        symlinkSync("circle.jpg", join(folder, "circle.jpg"));
      },
      /2 links that lead nowhere, such as "n01503061\/circle\.jpg"/,
    ],
    linked("its own folder", () => "."),
    linked("the folder above", () => ".."),
    linked("the folder of both parts", ({ data }) => data),
    linked("the root of all", () => "/"),
    linked("another class", ({ data }) => join(data, "train", SECOND)),
    linked("the validation pictures", ({ data }) => join(data, "val", SECOND)),
    [
      "a pipe with a picture's name",
      ({ folder }: Spoilt) => execFileSync("mkfifo", [join(folder, "pipe.jpg")]),
      /1 pipes, sockets or devices, such as "n01503061\/pipe\.jpg"/,
    ],
    [
      "pictures of other kinds",
      ({ folder, picture }: Spoilt) => ["x.gif", "x.bmp", "x.TIFF"].forEach((name) => cpSync(picture, join(folder, name))),
      /3 pictures of a kind that is not read \(JPEG, PNG and WebP are\), such as "n01503061\/x\.TIFF"/,
    ],
    [
      "a name that is not UTF-8",
      ({ folder, picture }: Spoilt) =>
        copyFileSync(picture, Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0xe9), Buffer.from(".jpg")])),
      /1 entries whose names are not UTF-8/,
    ],
  ] as const)("%s", async ([, spoil, says]) => {
    const of = spoilt();
    spoil(of);
    const { train, test: held, warnings } = await load({ data: of.data });
    expect([train.labels.length, held.labels.length]).toEqual([TRAIN, VAL]);
    expect(warnings).toHaveLength(1);
    expect(warnings?.[0]).toMatch(says);
    expect(warnings?.[0]).toContain(`some entries of "${join(of.data, "train")}" are not used`);
  });
});

test("files that are clearly not pictures are skipped without a warning", async () => {
  const { data, folder } = spoilt();
  for (const name of ["Thumbs.db", ".DS_Store", "readme.txt", "LICENSE", "desktop.ini"]) writeFileSync(join(folder, name), "");
  expect((await load({ data })).warnings).toEqual([]);
});

test("a folder with a picture's name is a folder, and a real folder is read once however many links lead to it", async () => {
  const { data, folder, picture } = spoilt();
  mkdirSync(join(folder, "folder.jpg"));
  cpSync(picture, join(folder, "folder.jpg/deeper.jpg"));
  const elsewhere = join(data, "elsewhere");
  mkdirSync(join(elsewhere, "inner"), { recursive: true });
  cpSync(picture, join(elsewhere, "inner/picture.jpg"));
  symlinkSync(join(elsewhere, "inner"), join(elsewhere, "back"));
  symlinkSync(elsewhere, join(elsewhere, "inner/circle"));
  for (const name of ["one", "two"]) symlinkSync(elsewhere, join(folder, name));
  const { train, warnings } = await load({ data });
  expect(train.labels).toHaveLength(TRAIN + 2);
  expect(warnings?.[0]).toMatch(/links to folders that belong to the set already/);
});

test("a class that is a link to its own part, or to where another class leads, is no class", async () => {
  const { data } = spoilt();
  const classes = join(data, "train");
  symlinkSync(SECOND, join(classes, "n00000001"));
  symlinkSync(".", join(classes, "n00000002"));
  const elsewhere = join(data, "elsewhere");
  renameSync(join(classes, FIRST), elsewhere);
  symlinkSync(elsewhere, join(classes, FIRST));
  symlinkSync(elsewhere, join(classes, "n99999999"));
  const { train, labels, warnings } = await load({ data });
  expect(labels).toEqual(SYNSETS);
  expect(train.labels).toHaveLength(TRAIN);
  expect(warnings?.[0]).toMatch(/3 links to folders that belong to the set already/);
});

test("a class of pictures that are all left out is an error", async () => {
  const { data, folder } = spoilt();
  for (const name of readdirSync(folder)) renameSync(join(folder, name), join(folder, `${name}.gif`));
  await expect(load({ data })).rejects.toThrow(`the class folder "${folder}" has no JPEG, PNG or WebP pictures`);
});

/** The folders with their validation pictures in one flat folder, each renamed. */
function flat(rename: (name: string) => string): { data: string; named: { name: string; synset: string }[] } {
  const data = copyFolders();
  const named: { name: string; synset: string }[] = [];
  for (const synset of SYNSETS) {
    for (const name of readdirSync(join(FOLDERS, "val", synset))) {
      named.push({ name: rename(name), synset });
      renameSync(join(data, "val", synset, name), join(data, "val", rename(name)));
    }
    rmSync(join(data, "val", synset), { recursive: true });
  }
  return { data, named };
}

test.for([
  ["blanks", (name: string) => `my picture ${name}`, " "],
  ["two blanks, and a tab before the label", (name: string) => `my  picture ${name}`, "\t"],
  ["commas and blanks", (name: string) => `a, b ${name}`, " "],
  ["commas, before a comma and the label", (name: string) => `a,b,${name}`, ","],
  ["a number at its end", (name: string) => `${name.replace(/\..*/, "")} 0.jpg`, " "],
] as const)("a flat validation picture's name may hold %s", async ([, rename, between]) => {
  const { data, named } = flat(rename);
  writeFileSync(join(data, "val.txt"), `\uFEFF${named.map(({ name, synset }) => `${name}${between}${synset}`).join("\r\n")}\r\n`);
  const sorted = named.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  expect([...(await load({ data })).test.labels]).toEqual(sorted.map(({ synset }) => SYNSETS.indexOf(synset as never)));
});

test("hidden pictures beside flat ones take no label, and names in quotes are those between them", async () => {
  const { data, named } = flat((name) => `my ${name}`);
  writeFileSync(join(data, "val/._my picture.jpg"), "");
  writeFileSync(join(data, "val.txt"), named.map(({ name, synset }) => `"${name}",${synset} 1 2 3 4`).join("\n"));
  const { test: held, warnings } = await load({ data });
  expect(held.labels).toHaveLength(VAL);
  expect(warnings?.[0]).toMatch(/1 hidden/);
});
