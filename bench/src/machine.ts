import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** x86 extensions, by Linux's flags: those that other engines use. */
const EXTENSIONS = { avx2: "AVX2", avx512f: "AVX-512", avx512_bf16: "AVX512_BF16", amx_bf16: "AMX" } as const;
type Extension = (typeof EXTENSIONS)[keyof typeof EXTENSIONS];

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Undefined if the system does not report it. */
  readonly extensions: readonly Extension[] | undefined;
  readonly node: string;
  readonly platform: string;
}

/** @param cpuinfo Linux's /proc/cpuinfo */
export function extensionsOf(cpuinfo: string): Extension[] | undefined {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/);
  return flags && Object.entries(EXTENSIONS).flatMap(([flag, name]) => (flags.includes(flag) ? [name] : []));
}

export function thisMachine(): Machine {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() ?? "unknown processor",
    cores: cpus().length,
    extensions: process.platform === "linux" ? extensionsOf(readFileSync("/proc/cpuinfo", "utf8")) : undefined,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** Describes a machine in one line. */
export function machineLine({ cpu, cores, extensions, node, platform }: Machine): string {
  const known = extensions?.length === 0 ? `none of ${Object.values(EXTENSIONS).join(", ")}` : extensions?.join(", ");
  return `${cores} × ${cpu} (${known ?? "extensions unknown"}), Node ${node}, ${platform}`;
}

/** Whether the processor multiplies bfloat16 natively, in words. */
export function bf16Line({ extensions }: Machine): string {
  if (!extensions) return "bf16: whether this processor multiplies it itself is unknown";
  const own = extensions.filter((name) => name === "AVX512_BF16" || name === "AMX");
  return own.length > 0
    ? `bf16: this processor multiplies it itself (${own.join(", ")})`
    : "bf16: this processor has neither AVX512_BF16 nor AMX, so PyTorch emulates it";
}
