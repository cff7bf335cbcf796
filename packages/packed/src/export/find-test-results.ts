import { followEvents } from "@benn/core/node";
import type { TestResults } from "../trust/test-results.ts";

/**
 * What the run's log has of the accuracy on test images: of every number of members by this voter, and of each member that votes.
 * @returns undefined where it does not have all of it: another voter than the run's registered ones, a run of given members, a mended log
 */
export async function findTestResults(
  folder: string,
  { voter, members }: { readonly voter: string; readonly members: number },
): Promise<TestResults | undefined> {
  let rows = 0;
  const votes: number[] = [];
  const singles: number[] = [];
  for await (const event of followEvents(folder, { follow: false })) {
    if (event.type === "run-start") rows = event.dataset.test;
    if (event.type === "member-end" && event.alpha !== undefined) {
      const { test } = event.metrics["accuracy"] ?? {};
      if (test !== undefined) singles.push(test);
    }
    if (event.type === "staged") {
      const test = event.metrics["accuracy"]?.test[voter];
      if (test !== undefined) votes.push(test);
    }
  }
  return rows > 0 && votes.length === members && singles.length === members ? { version: 1, rows, votes, singles } : undefined;
}
