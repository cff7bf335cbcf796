// Writes what every door of every package exports, with its types, to api/: a change of what users may rely on is a
// change of these files, which a review reads. `--check` says what is out of date and writes nothing.
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";

const root = dirname(import.meta.dirname);
const check = process.argv.includes("--check");
const names = process.argv.slice(2).filter((word) => !word.startsWith("-"));
/** Doors for ourselves, which may change with any version. */
const OWN = new Set(["./internals", "./reference"]);

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, { readonly types?: string }>>;
}

/** The report of one door. */
function reportOf(folder: string, types: string, scratch: string): string {
  const reportFileName = "door.api.md";
  const config = ExtractorConfig.prepare({
    configObjectFullPath: join(folder, "api-extractor.json"),
    packageJsonFullPath: join(folder, "package.json"),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, types),
      compiler: { overrideTsconfig: { compilerOptions: { module: "nodenext", moduleResolution: "nodenext", target: "es2024", lib: ["es2024", "dom"], types: ["node"], skipLibCheck: true } } }, // prettier-ignore
      apiReport: { enabled: true, reportFileName, reportFolder: scratch, reportTempFolder: scratch },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
  Extractor.invoke(config, { localBuild: true, messageCallback: (message) => void (message.handled = true) });
  return readFileSync(join(scratch, reportFileName), "utf8").replaceAll("\r\n", "\n");
}

/**
 * A copy of a package's declarations without those that add methods to TensorFlow.js's tensors: API Extractor cannot
 * read a class that two files declare. It lies in the package, whose dependencies it finds.
 */
function plainCopy(folder: string): string {
  const copy = mkdtempSync(join(folder, ".api-"));
  copyFileSync(join(folder, "package.json"), join(copy, "package.json"));
  for (const path of globSync("dist/**/*.d.ts", { cwd: folder })) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), readFileSync(join(folder, path), "utf8").replaceAll(/^\/\/\/ <reference .*\n/gm, ""));
  }
  return copy;
}

const scratch = mkdtempSync(join(tmpdir(), "benn-api-"));
const stale: string[] = [];
const kept = new Set<string>();
try {
  for (const path of globSync("packages/*/package.json", { cwd: root }).toSorted()) {
    const folder = join(root, dirname(path));
    const manifest = JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest;
    const short = manifest.name.replace("@benn/", "");
    for (const [door, { types }] of Object.entries(manifest.exports ?? {})) {
      const file = join(root, "api", `${short}${door === "." ? "" : `.${door.slice(2)}`}.api.md`);
      if (types === undefined || OWN.has(door)) continue;
      kept.add(file);
      if (names.length > 0 && !names.includes(short)) continue;
      const copy = plainCopy(folder);
      let report: string;
      try {
        report = reportOf(copy, types, scratch);
      } finally {
        rmSync(copy, { recursive: true });
      }
      const before = globSync(file).length > 0 ? readFileSync(file, "utf8") : "";
      if (report === before) continue;
      stale.push(file);
      mkdirSync(dirname(file), { recursive: true });
      if (!check) writeFileSync(file, report);
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const gone = globSync(join(root, "api/*.api.md")).filter((file) => !kept.has(file));
if (!check) for (const file of gone) rmSync(file);
if (check && stale.length + gone.length > 0) {
  console.error(`The API has changed:\n${[...stale, ...gone].join("\n")}\nLook at the change: pnpm api && git diff api`);
  process.exitCode = 1;
}
