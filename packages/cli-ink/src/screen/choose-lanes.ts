import type { MemberState } from "../run/run-state.ts";

/** A member's own line, or one line for several members that do not fit. */
export type Lane =
  | { readonly kind: "member"; readonly member: MemberState }
  | { readonly kind: "finished" | "waiting" | "mixed"; readonly members: readonly MemberState[] };

/** Which members get a line if there are `room` lines: those around the focused one; the others share one line at each end. */
export function chooseLanes(members: readonly MemberState[], focus: number, room: number): Lane[] {
  const own = (some: readonly MemberState[]): Lane[] => some.map((member) => ({ kind: "member", member }));
  if (members.length <= room) return own(members);
  if (room <= 0) return [];
  if (room < 3) return own(members.slice(focus, focus + 1));
  // One line if members are hidden at one end; two if at both.
  let size = room - 1;
  let from = Math.min(Math.max(0, focus - Math.floor((size - 1) * 0.6)), members.length - size);
  if (from > 0 && from + size < members.length) {
    size = room - 2;
    from = Math.min(Math.max(1, focus - Math.floor((size - 1) * 0.6)), members.length - size - 1);
  }
  const before = members.slice(0, from);
  const after = members.slice(from + size);
  return [
    ...(before.length > 0 ? [shared(before)] : []),
    ...own(members.slice(from, from + size)),
    ...(after.length > 0 ? [shared(after)] : []),
  ];
}

function shared(members: readonly MemberState[]): Lane {
  if (members.every(({ status }) => status === "waiting")) return { kind: "waiting", members };
  return { kind: members.every(({ status }) => status === "done" || status === "rejected") ? "finished" : "mixed", members };
}
