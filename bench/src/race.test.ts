import { expect, test } from "vitest";
import { race } from "./race.ts";

test("everybody has a turn in each round, and the rounds that warm up do not count", async () => {
  const turns: string[] = [];
  const contestant = (name: string, times: readonly number[]) => ({
    name,
    turn: (round: number) => {
      turns.push(`${name}${round}`);
      return Promise.resolve(round < 0 ? 1000 : (times[round] ?? 0));
    },
  });
  const [a, b] = [contestant("a", [5, 1, 3]), contestant("b", [2, 2, 8])];
  expect(await race([a, b], 3)).toEqual({
    results: [
      { contestant: a, median: 3, least: 1, most: 5 },
      { contestant: b, median: 2, least: 2, most: 8 },
    ],
    failures: [],
  });
  expect(turns).toEqual(["a-1", "b-1", "a0", "b0", "a1", "b1", "a2", "b2"]);
});

test("of an even number of rounds the median lies between the middle two", async () => {
  const { results } = await race([{ name: "a", turn: (round) => Promise.resolve([4, 1, 2, 9][round] ?? 0) }], 4, 0);
  expect(results[0]?.median).toBe(3);
});

test("a contestant that fails is named and takes no further turn", async () => {
  let turns = 0;
  const failing = {
    name: "fragile",
    turn: (round: number) => {
      turns++;
      return round < 1 ? Promise.resolve(1) : Promise.reject(new Error("out of memory"));
    },
  };
  const { results, failures } = await race([failing, { name: "sturdy", turn: () => Promise.resolve(2) }], 4);
  expect(results.map(({ contestant }) => contestant.name)).toEqual(["sturdy"]);
  expect(failures).toEqual(["fragile: out of memory"]);
  expect(turns).toBe(3);
});
