import { expect, test } from "vitest";
import { NewestOnly } from "./newest-only.ts";

test("one question is out at a time, and of those that wait only the newest is asked", () => {
  const asked: string[] = [];
  const questions = new NewestOnly<string>((question) => asked.push(question));
  for (const question of ["a", "b", "c"]) questions.ask(question);
  expect(asked).toEqual(["a"]);
  questions.answered();
  expect(asked).toEqual(["a", "c"]);
  questions.answered();
  questions.ask("d");
  expect(asked).toEqual(["a", "c", "d"]);
});
