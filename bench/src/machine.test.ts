import { expect, test } from "vitest";
import { bf16Line, extensionsOf, machineLine } from "./machine.ts";

const machine = { cpu: "a CPU", cores: 2, node: "26.1.0", platform: "linux x64" };

test("a processor's name carries the extensions that Linux lists for it", () => {
  const cpuinfo = (flags: string) => `processor\t: 0\nmodel name\t: a CPU\nflags\t\t: fpu ${flags}\nbugs\t\t: none\n`;
  expect(extensionsOf(cpuinfo("avx2 avx512f avx512_bf16 amx_bf16 amx_tile"))).toEqual(["AVX2", "AVX-512", "AVX512_BF16", "AMX"]);
  expect(extensionsOf(cpuinfo("avx avx2"))).toEqual(["AVX2"]);
  expect(extensionsOf("processor\t: 0\nFeatures\t: fp asimd\n")).toBeUndefined();
});

test("the line of a machine names its extensions, or says that there are none or that they are unknown", () => {
  expect(machineLine({ ...machine, extensions: ["AVX2", "AMX"] })).toBe("2 × a CPU (AVX2, AMX), Node 26.1.0, linux x64");
  expect(machineLine({ ...machine, extensions: [] })).toContain("(none of AVX2, AVX-512, AVX512_BF16, AMX)");
  expect(machineLine({ ...machine, extensions: undefined })).toContain("(extensions unknown)");
});

test("a processor without bf16 of its own is named as such", () => {
  expect(bf16Line({ ...machine, extensions: ["AVX2", "AVX512_BF16"] })).toContain("multiplies it itself (AVX512_BF16)");
  expect(bf16Line({ ...machine, extensions: ["AVX2", "AVX-512"] })).toContain("PyTorch emulates it");
  expect(bf16Line({ ...machine, extensions: undefined })).toContain("unknown");
});
