import { type DashboardView, definePlugin, type RunEvent, VIEWS } from "@benn/core";

interface Count {
  readonly epochs: number;
  readonly members: number;
}

/** How many members and epochs are done. */
export const myView: DashboardView = {
  state: { epochs: 0, members: 0 } satisfies Count,
  reduce: (count: Count, event: RunEvent): Count => ({
    epochs: count.epochs + Number(event.type === "epoch"),
    members: count.members + Number(event.type === "member-end"),
  }),
  draw: ({ epochs, members }: Count, { width }) => [
    [{ text: `${members} members, ${epochs} epochs`, tone: "good", bold: true }],
    "─".repeat(Math.min(width, 30)),
  ],
};

export default definePlugin({
  name: "my-view",
  register(container) {
    container.resolve(VIEWS).add("my-view", { description: "how much is done", create: () => myView });
  },
});
