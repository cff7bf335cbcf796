import { rm } from "node:fs/promises";
import { UserError } from "@benn/core";
import type { ChosenMember } from "@benn/core/node";
import type { Budget } from "./budget.ts";
import { costText } from "./choose-members.ts";
import { packedCost, type PackOptions } from "./packed-costs.ts";
import { type SelectionToWrite, writeSelection } from "./write-selection.ts";

export interface Written {
  readonly folder: string;
  /** The members that it finally has. */
  readonly members: readonly ChosenMember[];
  /** Cost of its packed file. */
  readonly cost?: number;
}

/**
 * Writes a selection, and packs it to check it against its budget: the cost estimated from the files of other runs may be too low by a few
 * bytes, or by the noise of a measurement. In that case the member with the fewest selections is dropped, and the selection is written
 * again.
 * @param selection members in descending order of votes
 * @throws UserError if a single member exceeds the budget
 */
export async function writeWithinBudget(selection: SelectionToWrite, budget: Budget | undefined, pack: PackOptions): Promise<Written> {
  for (let { members } = selection; ; members = members.slice(0, -1)) {
    const folder = await writeSelection({ ...selection, members });
    if (!budget) return { folder, members };
    let isKept = false;
    try {
      const cost = await packedCost(folder, budget.kind, { ...pack, onMember: () => selection.signal.throwIfAborted() });
      selection.signal.throwIfAborted();
      isKept = cost <= budget.most;
      if (isKept) return { folder, members, cost };
      if (members.length === 1)
        throw new UserError(`--budget ${budget.text}: one member alone takes ${costText(budget, cost)} once it is packed. Allow more.`);
    } finally {
      if (!isKept) await rm(folder, { recursive: true, force: true });
    }
  }
}
