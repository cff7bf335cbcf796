// A view of the dashboard: how long each member takes for an epoch, and which are slow.
// Try it: pnpm benn train --plugin ./examples/pace-view.ts, then press 9.
import { type DashboardView, definePlugin, type RunEvent, VIEWS } from "@benn/core";

type Pace = readonly { readonly member: number; readonly epochs: number; readonly seconds: number }[];

export const paceView: DashboardView = {
  state: [] satisfies Pace,
  reduce(pace: Pace, event: RunEvent): Pace {
    if (event.type === "run-start") return [];
    if (event.type !== "epoch" || event.clock.seconds === undefined) return pace;
    const { member, epoch } = event;
    const before = pace.find((own) => own.member === member);
    const own = { member, epochs: epoch + 1, seconds: (before?.seconds ?? 0) + event.clock.seconds };
    return [...pace.filter((other) => other !== before), own].toSorted((a, b) => a.member - b.member);
  },
  draw(pace: Pace, { width, height }) {
    if (pace.length === 0) return ["No epoch is over yet."];
    const each = pace.map(({ member, epochs, seconds }) => ({ member, seconds: seconds / epochs }));
    const slowest = Math.max(...each.map(({ seconds }) => seconds));
    const mean = each.reduce((sum, { seconds }) => sum + seconds, 0) / each.length;
    const rows = each.map(({ member, seconds }) => [
      `${String(member + 1).padStart(6)}  ${seconds.toFixed(1).padStart(8)} s  `,
      {
        text: "█".repeat(Math.round((Math.max(0, width - 20) * seconds) / slowest)),
        tone: seconds > 1.5 * mean ? "warn" : "good",
      } as const,
    ]);
    return [[{ text: "member  an epoch", bold: true }], ...rows.slice(Math.max(0, rows.length - height + 1))];
  },
};

export default definePlugin({
  name: "pace-view",
  register(container) {
    container.resolve(VIEWS).add("pace", {
      description: "seconds that an epoch of each member takes",
      create: () => paceView,
    });
  },
});
