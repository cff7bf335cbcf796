import { UserError } from "@benn/core";
import { expect, test } from "vitest";
import { Exit, failure } from "./failure.ts";

test("a user's mistake is its sentence and 2, a fault says so and is 1", () => {
  expect(failure(new UserError("epochs: is 0. Set 1 or more."), { debug: false })).toEqual({
    code: 2,
    text: "benn: epochs: is 0. Set 1 or more.",
  });
  expect(failure(new TypeError("x is not a function\nat y"), { debug: false })).toEqual({
    code: 1,
    text: "benn: x is not a function (a fault; --debug shows where)",
  });
  expect(failure("text", { debug: false }).text).toContain("text");
  expect(failure(new Exit(130), { debug: true })).toEqual({ code: 130, text: "" });
});

test("--debug shows the stack and what caused it", () => {
  const { text } = failure(new UserError("outer", { cause: new Error("inner") }), { debug: true });
  expect(text).toContain("failure.test.ts");
  expect(text).toContain("caused by Error: inner");
});
