import { availableParallelism, cpus, freemem } from "node:os";
import { styleText } from "node:util";
import { type Dataset, DATASETS, type Definition, type DependencyContainer, z } from "@benn/core";
import { examineBackends, machineMemory } from "@benn/core/node";
import { bytes, count, table } from "../run/format.ts";
import { printable } from "@benn/core/internals";
import { configure } from "./configure.ts";
import { Exit } from "./failure.ts";
import { printJson } from "./print.ts";
import { registeredNames } from "./registered-names.ts";

/** What a machine has for training. Plain JSON. */
export interface Findings {
  readonly backends: Awaited<ReturnType<typeof examineBackends>>;
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
  /** Folder of the data, or undefined where the dataset's usual places have none. */
  readonly datasets: readonly { readonly name: string; readonly description: string; readonly folder?: string }[];
  readonly plugins: readonly string[];
}

/** `benn doctor`: exit code 0 when at least one backend trains. */
export async function doctor({ plugin = [], json }: { readonly plugin?: readonly string[]; readonly json?: boolean }): Promise<void> {
  const { container } = await configure({ settings: [], plugins: plugin }, process.cwd());
  const findings = await examine(container);
  if (json) printJson(findings);
  else process.stdout.write(`${doctorLines(findings, paint).join("\n")}\n`); // with colours of its own
  if (!findings.backends.some(({ ok }) => ok)) throw new Exit(1);
}

/** Tries the backends and looks around. */
export async function examine(container: DependencyContainer): Promise<Findings> {
  const names = registeredNames(container);
  return {
    backends: await examineBackends(container),
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
        const folder = locate(definition);
        return { name, description: definition.description, ...(folder === undefined ? {} : { folder }) };
      }),
    plugins: [...new Set(names.map(({ plugin }) => plugin))].toSorted(),
  };
}

/** Where a dataset finds its data by itself; one with an option that has no default does not. */
function locate({ options = z.object({}), create }: Definition<Dataset>): string | undefined {
  const parsed = options.safeParse({});
  return parsed.success ? create(parsed.data).locate?.() : undefined;
}

/** A vector of zeros: i32.const 0, i8x16.splat. */
const ZEROS = [0x41, 0x00, 0xfd, 0x0f];

/** A module whose one function, () → v128, has this code. */
function wasmModule(...code: readonly number[]): Uint8Array<ArrayBuffer> {
  const section = (id: number, ...content: readonly number[]): number[] => [id, content.length, ...content];
  const types = section(1, 1, 0x60, 0, 1, 0x7b);
  const functions = section(3, 1, 0);
  const bodies = section(10, 1, code.length + 2, 0, ...code, 0x0b);
  return Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...types, ...functions, ...bodies);
}

type Paint = (colour: "green" | "red" | "bold", text: string) => string;

/** Colours go to terminals alone, and not where NO_COLOR or --no-color forbid them. */
const paint: Paint = (colour, text) =>
  process.stdout.isTTY && process.env["FORCE_COLOR"] !== "0" ? styleText(colour, text, { validateStream: false }) : text;

/** The findings as text. */
export function doctorLines({ backends, machine, features, datasets, plugins }: Findings, paint: Paint = (_, text) => text): string[] {
  const fastest = Math.max(...backends.map((report) => (report.ok ? report.imagesPerSecond : 0)));
  const rows = table(backends.map((report) => [report.name, report.ok ? `${count(report.imagesPerSecond)} images/s` : "–"]));
  return [
    paint("bold", "Backends, by a small training step"),
    ...backends.flatMap((report, i) => {
      if (!report.ok) return [`${paint("red", "✗")} ${rows[i]}  ${printable(report.reason)}`, `    ${printable(report.remedy)}`];
      const best = report.imagesPerSecond === fastest ? "  ← --backend auto" : "";
      return [`${paint("green", "✓")} ${rows[i]}  ${printable(report.description)}${best}`];
    }),
    "",
    paint("bold", "Machine"),
    `  Node ${machine.node}, V8 ${machine.v8}, ${machine.platform}`,
    `  ${machine.cpu}, ${machine.cores} cores; ${bytes(machine.memoryBytes)} of memory, ${bytes(machine.freeMemoryBytes)} free`,
    ...Object.entries(features).map(([name, has]) => `  ${has ? paint("green", "✓") : paint("red", "✗")} ${name}`),
    "",
    paint("bold", "Data"),
    ...table(
      datasets.map(({ name, description, folder }) => [
        name,
        folder ?? `not in the usual places; name its folder with --data. ${description}`,
      ]),
      { left: 2 },
    ).map((line) => `  ${line}`),
    "",
    paint("bold", "Plugins"),
    `  ${printable(plugins.join(", "))}`,
  ];
}
