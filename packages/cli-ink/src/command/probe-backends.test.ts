import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { probeBackends } from "./probe-backends.ts";

const folder = mkdtempSync(join(tmpdir(), "benn-probe-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const plugin = join(folder, "backends.ts");
writeFileSync(
  plugin,
  `import { writeSync } from "node:fs";
   import { BACKENDS } from "@benn/core";
   const backend = (probe) => ({ description: "", create: () => ({ probe, activate: () => Promise.resolve() }) });
   const absent = (reason) => Promise.resolve({ ok: false, reason, remedy: "Get one." });
   export default {
     name: "backends",
     register(container) {
       const backends = container.resolve(BACKENDS);
       // Past the console, as native libraries do.
       backends.add("loud", backend(() => (writeSync(2, "Warning: no driver\\n"), absent("no driver"))));
       backends.add("fatal", backend(() => process.abort()));
       backends.add("last", backend(() => absent("not here")));
     },
   };`,
);

test("what a backend prints is kept apart, and one that ends its process is reported; the others are tried all the same", async () => {
  const begun: string[] = [];
  let noise = "";
  const listener = { onBegin: (name: string) => void begun.push(name), onNoise: (text: string) => void (noise += text) };
  expect(await probeBackends(["loud", "fatal", "last"], [plugin], listener, folder)).toEqual([
    { name: "loud", ok: false, reason: "no driver", remedy: "Get one." },
    {
      name: "fatal",
      ok: false,
      reason: "the process that tried it ended with SIGABRT.",
      remedy: "Do not train with it; benn doctor --debug shows what it printed.",
    },
    { name: "last", ok: false, reason: "not here", remedy: "Get one." },
  ]);
  expect(begun).toEqual(["loud", "fatal", "last"]);
  expect(noise).toContain("Warning: no driver");
});

test("a plugin that cannot be loaded there ends it in a sentence", async () => {
  await expect(probeBackends(["cpu"], [join(folder, "absent.ts")], {}, folder)).rejects.toThrow(/absent\.ts/);
});
