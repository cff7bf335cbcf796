import { memberInFocus, type MemberState, type RunState } from "../run/run-state.ts";
import type { UiState } from "./ui-state.ts";

/** Name of a member's network. */
export function netOf({ plan }: MemberState): string {
  return plan ? `${plan.architecture} ${plan.binarizer}` : "";
}

/** Members that match the filter: by number (`3`, `2-5`), state, or part of the network's name. */
export function membersLeft({ members }: RunState, { filter }: UiState): readonly MemberState[] {
  const words = filter.trim().toLowerCase();
  if (words === "") return members;
  const [, from, to] = /^(\d+)(?:\s*[-–]\s*(\d+))?$/.exec(words) ?? [];
  if (from !== undefined) {
    const [low, high] = [Number(from), Number(to ?? from)];
    return members.filter(({ member }) => member + 1 >= low && member + 1 <= high);
  }
  return members.filter((member) => `${member.status} ${netOf(member)}`.toLowerCase().includes(words));
}

/** The chosen member, or the focused one. */
export function memberShown(state: RunState, ui: UiState): MemberState | undefined {
  return (ui.member === undefined ? undefined : state.members[ui.member]) ?? memberInFocus(state);
}

/** `, member 3`: what a title is about. */
export function ofMember(member: MemberState | undefined): string {
  return member === undefined ? "" : member.member < 0 ? ", before member 1" : `, member ${member.member + 1}`;
}
