import { existsSync } from "node:fs";
import { join } from "node:path";
import type { MemberPlan } from "@benn/core";
import { followEvents } from "@benn/core/node";
import type { CurvePoint } from "@benn/report";

/** Maximum number of points of a curve in a small chart. */
const POINTS = 30;

/** What only a run's log contains. */
export interface RunStory {
  readonly plans: ReadonlyMap<number, MemberPlan>;
  readonly members: ReadonlyMap<
    number,
    { readonly loss: readonly CurvePoint[]; readonly accuracy: readonly CurvePoint[]; readonly error: number }
  >;
  readonly warnings: readonly string[];
  readonly ending?: string;
}

/** Reads the log of a run, if there is one: imported and published runs may lack it. */
export async function readStory(folder: string): Promise<RunStory> {
  const plans = new Map<number, MemberPlan>();
  const curves = new Map<number, { loss: CurvePoint[]; accuracy: CurvePoint[]; error: number }>();
  const warnings = new Set<string>();
  let ending: string | undefined;
  const of = (member: number): { loss: CurvePoint[]; accuracy: CurvePoint[]; error: number } => {
    const found = curves.get(member) ?? { loss: [], accuracy: [], error: Number.NaN };
    curves.set(member, found);
    return found;
  };
  if (existsSync(join(folder, "events.jsonl"))) {
    for await (const event of followEvents(folder, { follow: false })) {
      if (event.type === "run-start" || event.type === "members-added") for (const plan of event.members) plans.set(plan.member, plan);
      if (event.type === "warning") warnings.add(event.message);
      if (event.type === "member-end") of(event.member).error = event.error;
      if (event.type === "run-end") ending = event.reason === "finished" ? undefined : event.message;
      if (event.type !== "epoch") continue;
      const { loss, accuracy } = of(event.member);
      const epoch = event.epoch + 1;
      loss.push({ epoch, value: event.loss });
      if (event.metrics["accuracy"] !== undefined) accuracy.push({ epoch, value: event.metrics["accuracy"] });
    }
  }
  const members = new Map(
    [...curves].map(([member, { loss, accuracy, error }]) => [member, { loss: thinned(loss), accuracy: thinned(accuracy), error }]),
  );
  return { plans, members, warnings: [...warnings], ...(ending === undefined ? {} : { ending }) };
}

function thinned(curve: readonly CurvePoint[]): CurvePoint[] {
  if (curve.length <= POINTS) return [...curve];
  return Array.from({ length: POINTS }, (_, i) => curve[Math.round((i * (curve.length - 1)) / (POINTS - 1))]!);
}
