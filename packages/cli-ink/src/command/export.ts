import { readFile, rename, writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { type Spec, UserError } from "@benn/core";
import { openRun } from "@benn/core/node";
import { load } from "@benn/packed";
import type { Exported, SizeRow, Verification } from "@benn/packed/export";
import { exportRun } from "../api/export-run.ts";
import { bytes, count, short, table } from "../run/format.ts";
import { printJson, printLines, warn } from "./print.ts";
import { progressLine } from "./progress-line.ts";

export interface ExportCommandOptions {
  readonly out?: string;
  /** Name of a registered voter. */
  readonly voter?: string;
  readonly plugin?: readonly string[];
  readonly whitening?: boolean;
  readonly trust?: boolean;
  /** Run folder of a real-valued network. */
  readonly twin?: string;
  readonly verify?: boolean;
  /** Folder of the run's data. */
  readonly data?: string;
  readonly cache?: string;
  readonly json?: boolean;
}

/** `benn export` */
export async function exportCommand(
  folder: string,
  { out, voter, plugin = [], whitening = true, trust = true, twin, verify = false, data, cache, json }: ExportCommandOptions,
): Promise<void> {
  const file = out ?? `${basename(resolve(folder))}.benn`;
  const progress = progressLine({ json });
  const shows = (what: string) => (done: number, total: number) => (done < total ? progress.show({ what, done, total }) : progress.clear());
  const exported = await exportRun(folder, {
    plugins: plugin,
    whitening,
    trust,
    twin,
    verify,
    ...(voter === undefined ? {} : { voter }),
    ...(data === undefined ? {} : { data }),
    ...(cache === undefined ? {} : { cache }),
    onWarning: warn,
    onProgress: ({ members, of }) => shows("packing members")(members, of),
    onCalibrated: ({ images, of }) => shows("calibrating on held-out images")(images, of),
    onVerified: ({ images, of }) => shows("verifying on test images")(images, of),
  });
  try {
    await writeFile(`${file}.part`, exported.bytes);
    await rename(`${file}.part`, file);
  } catch (cause) {
    throw new UserError(
      `export: ${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}. Choose another place with --out.`,
      { cause },
    );
  }
  await load(await readFile(file)); // checks that the written file can be read
  for (const warning of exported.warnings) warn(warning);
  const { members, realBytes, warnings, sizes, trust: worth, verification } = exported;
  const lines = [
    ...exportLines(file, exported),
    ...trustLines(worth),
    ...(verification ? verificationLines(verification, await backendOf(folder)) : []),
  ];
  if (verification && differencesOf(verification).length > 0) process.exitCode = 1;
  if (json) printJson({ file, bytes: exported.bytes.length, members, realBytes, warnings, sizes, trust: worth, verification });
  else printLines(lines);
}

async function backendOf(folder: string): Promise<string> {
  return ((await openRun(folder)).config.backend as Spec | undefined)?.name ?? "wasm";
}

/**
 * The number of test images on which the file was checked, and where it differs from the run.
 * @param backend of the run, whose graphs it was checked against
 */
export function verificationLines(verification: Verification, backend: string): string[] {
  const { images, pictures, members } = verification;
  const given = `${count(images)} test images, given as ${pictures ? "pictures" : "floats"}`;
  const differing = differencesOf(verification);
  return differing.length === 0
    ? [`verified on ${given}: logits are bit-identical to the training ${members.length === 1 ? "graph" : "graphs"}; all votes agree`]
    : [
        `differs from the training graphs on ${given}:`,
        ...differing.map((line) => `  ${line}`),
        ...(backend === "wasm"
          ? []
          : [
              `The graphs were computed by ${backend}, which rounds real layers differently; a file is bit-identical to graphs on wasm only.`,
            ]),
      ];
}

/** What the file states about the trust in its votes, or why it states nothing. */
export function trustLines(trust: Exported["trust"]): string[] {
  if (typeof trust === "string") return [trust];
  const { temperature, temperatureRows, coverageRows, lead, reused } = trust;
  const stop = lead === undefined ? "" : "; the soft vote may stop early";
  return [
    `Calibration: temperature ${short(temperature)}, fitted on ${count(temperatureRows)} held-out samples; prediction sets on ${count(coverageRows)}${stop}.`,
    ...(reused.length > 0
      ? [`The held-out samples were used before, so sets may contain the right class slightly less often: ${reused.join("; ")}.`]
      : []),
  ];
}

function differencesOf({ members, votes }: Verification): string[] {
  return [
    ...members.flatMap(({ otherClass, otherLogits, largestDifference }, i) =>
      otherLogits === 0
        ? []
        : [
            `member ${i + 1} has other logits for ${count(otherLogits)}, by up to ${largestDifference.toPrecision(2)}, and another class for ${count(otherClass)}`,
          ],
    ),
    ...Object.entries(votes).flatMap(([name, other]) => (other === 0 ? [] : [`the ${name} vote has another class for ${count(other)}`])),
  ];
}

/** What was written, layer by layer. */
export function exportLines(
  file: string,
  { sizes, bytes: contents, members, realBytes }: Pick<Exported, "sizes" | "bytes" | "members" | "realBytes">,
): string[] {
  return [
    ...sizes.flatMap(({ architecture, members: own, rows }) => [
      `${architecture}, ${own} of ${members} members`,
      "",
      ...sizeTable(rows),
      "",
    ]),
    `${file}: ${members === 1 ? "1 member" : `${members} members`} in ${bytes(contents.length)}; in float32: ${bytes(realBytes)} (${(realBytes / contents.length).toFixed(1)}×)`,
  ];
}

const hasSeveralBits = ({ bits }: SizeRow): boolean => bits !== undefined && Object.values(bits).some((width) => width > 1 && width < 32);

/**
 * Table of layers, for networks with layers of several bits: output, weights, bits of inputs and weights, multiply-adds, implementation,
 * bytes in the file.
 */
function severalBitsTable(rows: readonly SizeRow[]): string[] {
  const all = rows.filter(({ type }) => type !== "InputLayer");
  const macs = ({ binaryMultiplyAdds, realMultiplyAdds }: SizeRow): number => binaryMultiplyAdds + realMultiplyAdds;
  const cells = all.map((row) => [
    row.name,
    row.outputShape.join("×"),
    row.parameters === 0 ? "" : count(row.parameters),
    row.passes === undefined ? "" : row.bits ? `${row.bits.activations}×${row.bits.kernel}` : "32×32",
    millions(macs(row)),
    row.passes === undefined ? "" : row.passes === 0 ? "real" : row.passes === 1 ? "bits" : `${row.passes} passes`,
    packedCell(row),
  ]);
  const sum = (of: (row: SizeRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const total = ["sum", "", count(sum((row) => row.parameters)), "", millions(sum(macs)), "", count(sum((row) => row.packedBytes))];
  return table([["layer", "output", "weights", "bits", "M MACs", "runs as", "bytes"], ...cells, total]).map((line) => `  ${line}`);
}

const millions = (n: number): string => (n === 0 ? "" : (n / 1e6).toFixed(n < 1e5 ? 3 : 1));

const packedCell = ({ packedBytes, parameters, type }: SizeRow): string =>
  packedBytes > 0 ? count(packedBytes) : parameters > 0 || /BatchNorm/.test(type) ? "folded" : "";

/** Table of layers: output, parameters and multiply-adds by bit width, bytes in the file. */
function sizeTable(rows: readonly SizeRow[]): string[] {
  if (rows.some(hasSeveralBits)) return severalBitsTable(rows);
  const blank = (n: number): string => (n === 0 ? "" : count(n));
  const cells = rows
    .filter(({ type }) => type !== "InputLayer")
    .map((row) => [
      row.name,
      row.outputShape.join("×"),
      blank(row.binaryParameters),
      blank(row.parameters - row.binaryParameters),
      millions(row.binaryMultiplyAdds),
      millions(row.realMultiplyAdds),
      packedCell(row),
    ]);
  const sum = (of: (row: SizeRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const total = [
    "sum",
    "",
    blank(sum((row) => row.binaryParameters)),
    blank(sum((row) => row.parameters - row.binaryParameters)),
    millions(sum((row) => row.binaryMultiplyAdds)),
    millions(sum((row) => row.realMultiplyAdds)),
    blank(sum((row) => row.packedBytes)),
  ];
  return table([["layer", "output", "1 bit", "32 bit", "M 1-bit MACs", "M 32-bit MACs", "bytes"], ...cells, total]).map(
    (line) => `  ${line}`,
  );
}
