// All that tests and the commands they start put into the system's folder for temporary files lies in one folder, which goes with the run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "benn-test-"));
  Object.assign(process.env, { TMPDIR: folder, TEMP: folder }); // workers are started with it
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
