import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Fault, type Part, type Report, type Setting } from "./part.ts";
import type { Holding } from "./toy/train-members.ts";

const MEMBERS = 1000;

/**
 * Bytes that each member may add to the process: for later votes, a run keeps for every member its logits of all rows (here 84 rows of 3
 * classes in float32, 1 kB), its record and its entries in the tables of the trainer.
 */
const HELD_PER_MEMBER = 8192;
/** Bytes that compiled code may take meanwhile, independent of the members. */
const COMPILED = 1 << 20;
/**
 * Bytes by which the resident size may grow in the second half, independent of the members: allocators and V8's compilers work in
 * megabytes.
 */
const RESIDENT = 48 << 20;

export const thousandMembers: Part = {
  name: "thousand-members",
  summary:
    "A thousand members are trained in one process. In their second half tensors, handles and open files must stay as many as they are, and memory must grow by no more than what a run keeps of each member.",
  open: async (setting) => {
    let note = "";
    return {
      trials: MEMBERS,
      async run(trials, report, signal) {
        note = await train(setting, trials, report, signal);
      },
      notes: () => [note],
    };
  },
};

/** Trains as many members as there are trials, each of which is one; the last one decides for all. */
async function train({ folder }: Setting, trials: readonly number[], report: Report, signal: AbortSignal): Promise<string> {
  const module = join(import.meta.dirname, "toy", "train-members.ts");
  const members = Math.max(...trials) + 1;
  const child = spawn(
    process.execPath,
    ["--expose-gc", "--conditions=source", "--disable-warning=ExperimentalWarning", module, folder, String(members)],
    {
      stdio: ["ignore", "pipe", "pipe"],
      signal,
    },
  );
  child.on("error", () => {}); // it was aborted
  const holdings: Holding[] = [];
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => (said += bytes.toString()));
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (!line.startsWith("{")) return;
    holdings.push(JSON.parse(line) as Holding);
    if (holdings.length < members) report(holdings.length - 1, "trained");
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (signal.aborted) return "";
  if (code !== 0 || holdings.length < members) {
    report(members - 1, new Fault(`ended with ${code} after ${holdings.length} of ${members} members:\n${said}`));
    return "";
  }
  const { grown, sentence } = growthOf(holdings);
  report(members - 1, grown.length === 0 ? "trained" : new Fault(`${grown.join(", ")}. ${sentence}`));
  return sentence;
}

/** What grows in the second half although it should not. */
export function growthOf(holdings: readonly Holding[]): { readonly grown: readonly string[]; readonly sentence: string } {
  const half = holdings.slice(Math.floor(holdings.length / 2));
  const of = (key: keyof Holding): readonly number[] => half.map((holding) => holding[key]);
  const held = slope(of("held"));
  const resident = slope(of("resident")) * half.length;
  const counted = (["tensors", "resources", "files"] as const).filter((key) => slope(of(key)) * half.length >= 1);
  const grown = [
    ...counted.map((key) => `${key} grow`),
    ...(held * half.length > HELD_PER_MEMBER * half.length + COMPILED ? ["memory held grows"] : []),
    ...(resident > RESIDENT ? ["resident memory grows"] : []),
  ];
  const last = half.at(-1)!;
  return {
    grown,
    sentence:
      `over the last ${half.length} of ${holdings.length} members ${Math.round(held).toLocaleString("en")} bytes held more a member (at most ${HELD_PER_MEMBER.toLocaleString("en")}), ` +
      `resident memory ${(resident / 2 ** 20).toFixed(1)} MB more (at most ${RESIDENT >> 20}) of ${Math.round(last.resident / 2 ** 20)}; ${last.tensors} tensors, ${last.resources} handles, ${last.files} open files`,
  };
}

/** Slope of the least-squares line through the values, per value. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const [above, below] = values.reduce(([xy, xx], value, x) => [xy + (x - middle) * (value - mean), xx + (x - middle) ** 2], [0, 0]);
  return below === 0 ? 0 : above / below;
}
