import { availableParallelism, cpus, freemem } from "node:os";
import { styleText } from "node:util";
import { type Dataset, DATASETS, type Definition, type DependencyContainer, z } from "@benn/core";
import { backendNames, machineMemory, type NamedReport, type PluginFault } from "@benn/core/node";
import { printable } from "@benn/core/internals";
import { bytes, digits, table } from "../run/format.ts";
import { wrap } from "../run/wrap.ts";
import { listWidth, wrappedTable } from "../run/wrapped-table.ts";
import { commandName } from "./command-name.ts";
import { configure } from "./configure.ts";
import { Exit } from "./failure.ts";
import { printJson } from "./print.ts";
import { probeBackends } from "./probe-backends.ts";
import { progressLine } from "./progress-line.ts";
import { registeredNames } from "./registered-names.ts";

/** What this machine offers for training. Plain JSON. */
export interface Findings {
  readonly backends: readonly NamedReport[];
  readonly machine: {
    readonly node: string;
    readonly v8: string;
    readonly platform: string;
    readonly cpu: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly freeMemoryBytes: number;
  };
  readonly features: Readonly<Record<string, boolean>>;
  readonly datasets: readonly FoundDataset[];
  readonly plugins: readonly string[];
  /** Plugins that cannot be loaded; absent: none. */
  readonly broken?: readonly { readonly source: string; readonly reason: string }[];
}

export interface FoundDataset {
  readonly name: string;
  readonly description: string;
  /** Folder of the data, or undefined if the dataset's default places have none. */
  readonly folder?: string;
  /** Description of the sample that is part of its package, if it reads that. */
  readonly sample?: string;
}

/** `benn doctor`: exit code 0 if at least one backend can train. */
export async function doctor({ plugin = [], json = false, debug = false }: DoctorOptions): Promise<void> {
  const faults: PluginFault[] = [];
  const { container, plugins } = await configure(
    { settings: [], plugins: plugin, onFault: (fault) => void faults.push(fault) },
    process.cwd(),
  );
  const broken = faults.map(({ source, error }) => ({ source, reason: error.message }));
  const progress = progressLine({ json });
  const names = backendNames(container);
  try {
    const backends = await probeBackends(
      names,
      plugins,
      {
        onBegin: (name) => progress.show({ what: `trying backend ${name}`, done: names.indexOf(name), total: names.length }),
        onNoise: (text) => debug && process.stderr.write(text),
      },
      process.cwd(),
      faults.map(({ source }) => source),
    );
    progress.clear();
    const findings = { backends, ...look(container), ...(broken.length > 0 ? { broken } : {}) };
    if (json) printJson(findings);
    else process.stdout.write(`${doctorLines(findings, paint).join("\n")}\n`); // has its own colours
    if (!backends.some(({ ok }) => ok)) throw new Exit(1);
  } finally {
    progress.clear();
  }
}

export interface DoctorOptions {
  readonly plugin?: readonly string[];
  readonly json?: boolean;
  /** Shows what libraries print while backends are tried. */
  readonly debug?: boolean;
}

/** Everything except backends. */
export function look(container: DependencyContainer): Omit<Findings, "backends"> {
  const names = registeredNames(container);
  return {
    machine: {
      node: process.version,
      v8: process.versions.v8,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpus()[0]?.model ?? "unknown",
      cores: availableParallelism(),
      memoryBytes: machineMemory(),
      freeMemoryBytes: freemem(),
    },
    features: {
      SharedArrayBuffer: typeof SharedArrayBuffer !== "undefined",
      "WebAssembly SIMD": WebAssembly.validate(wasmModule(...ZEROS, 0xfd, 0x62)), // i8x16.popcnt
      "relaxed SIMD": WebAssembly.validate(wasmModule(...ZEROS, ...ZEROS, ...ZEROS, 0xfd, 0x85, 0x02)), // f32x4.relaxed_madd
    },
    datasets: container
      .resolve(DATASETS)
      .entries()
      .map(({ name, definition }) => {
        const { folder, sample } = locate(definition);
        return {
          name,
          description: definition.description,
          ...(folder === undefined ? {} : { folder }),
          ...(sample === undefined ? {} : { sample }),
        };
      }),
    plugins: [...new Set(names.map(({ plugin }) => plugin))].toSorted(),
  };
}

/** Where a dataset finds its data without options; undefined if it has an option without a default. */
function locate({ options = z.object({}), create }: Definition<Dataset>): {
  readonly folder?: string | undefined;
  readonly sample?: string | undefined;
} {
  const parsed = options.safeParse({});
  if (!parsed.success) return {};
  const dataset = create(parsed.data);
  return { folder: dataset.locate?.(), sample: dataset.sample };
}

/** A vector of zeros: i32.const 0, i8x16.splat. */
const ZEROS = [0x41, 0x00, 0xfd, 0x0f];

/** A module whose only function, () → v128, has this code. */
function wasmModule(...code: readonly number[]): Uint8Array<ArrayBuffer> {
  const section = (id: number, ...content: readonly number[]): number[] => [id, content.length, ...content];
  const types = section(1, 1, 0x60, 0, 1, 0x7b);
  const functions = section(3, 1, 0);
  const bodies = section(10, 1, code.length + 2, 0, ...code, 0x0b);
  return Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...types, ...functions, ...bodies);
}

type Paint = (colour: "green" | "red" | "bold", text: string) => string;

/** Colours only for terminals, and not if NO_COLOR or --no-color disables them. */
const paint: Paint = (colour, text) =>
  process.stdout.isTTY && process.env["FORCE_COLOR"] !== "0" ? styleText(colour, text, { validateStream: false }) : text;

/** The findings as text. */
export function doctorLines(
  { backends, machine, features, datasets, plugins, broken = [] }: Findings,
  paint: Paint = (_, text) => text,
  width: number = listWidth(),
): string[] {
  const fastest = Math.max(...backends.map((report) => (report.ok ? report.imagesPerSecond : 0)));
  const rows = table(backends.map((report) => [report.name, report.ok ? digits(report.imagesPerSecond) : "–"]));
  const indented = (text: string): string[] => wrap(printable(text), width - 4).map((line) => `    ${line}`);
  const mark = (is: boolean): string => (is ? paint("green", "✓") : paint("red", "✗"));
  return [
    paint("bold", "Backends: images/s of a small training step, to compare them with one another"),
    ...backends.flatMap((report, i) => {
      const best = report.ok && report.imagesPerSecond === fastest ? "  the fastest: --backend auto takes it" : "";
      const words = report.ok ? [report.description] : [report.reason, report.remedy];
      return [`${mark(report.ok)} ${rows[i]}${best}`, ...words.flatMap(indented)];
    }),
    ...wrap(`"${commandName()} bench" measures the network that you train.`, width),
    "",
    paint("bold", "Machine"),
    ...[
      `Node ${machine.node}, V8 ${machine.v8}, ${machine.platform}`,
      `${machine.cpu}, ${machine.cores} ${machine.cores === 1 ? "core" : "cores"}; ${bytes(machine.memoryBytes)} of memory, ${bytes(machine.freeMemoryBytes)} free`,
    ].flatMap((line) => wrap(printable(line), width - 2).map((part) => `  ${part}`)),
    ...Object.entries(features).map(([name, has]) => `  ${mark(has)} ${name}`),
    "",
    paint("bold", "Data"),
    ...wrappedTable(
      datasets.map((dataset) => [dataset.name, printable(dataWords(dataset))] as const),
      { width, indent: 2 },
    ),
    "",
    paint("bold", "Plugins"),
    ...wrap(printable(plugins.join(", ")), width - 2).map((line) => `  ${line}`),
    ...broken.flatMap(({ source, reason }) => [`  ${mark(false)} ${printable(source)}`, ...indented(reason)]),
  ];
}

function dataWords({ description, folder, sample }: FoundDataset): string {
  if (folder !== undefined) return sample === undefined ? folder : `${folder}: name it with --data; without, a built-in sample (${sample})`;
  if (sample !== undefined)
    return `built-in sample: ${sample}. The full set was not found: name its folder with --data, or download it. ${description}`;
  return `not found: name its folder with --data. ${description}`;
}
