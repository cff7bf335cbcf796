import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError, z } from "@benn/core";
import { expect, test } from "vitest";
import { Exit, failure } from "./failure.ts";

test("a user's mistake is its sentence and 2, a fault says so and is 1", () => {
  expect(failure(new UserError("epochs: is 0. Set 1 or more."), { debug: false })).toEqual({
    code: 2,
    text: "benn: epochs: is 0. Set 1 or more.",
  });
  expect(failure(new TypeError("x is not a function\nat y"), { debug: false })).toEqual({
    code: 1,
    text: "benn: x is not a function (an internal error; --debug shows where)",
  });
  expect(failure("text", { debug: false }).text).toContain("text");
  expect(failure(new Exit(130), { debug: true })).toEqual({ code: 130, text: "" });
});

test("--debug shows the stack and what caused it", () => {
  const { text } = failure(new UserError("outer", { cause: new Error("inner") }), { debug: true });
  expect(text).toContain("failure.test.ts");
  expect(text).toContain("caused by Error: inner");
});

const folder = mkdtempSync(join(tmpdir(), "benn-failure-"));
writeFileSync(join(folder, "file"), "");

test.for<[string, () => unknown, RegExp]>([
  ["a folder in place of a file", () => readFileSync(folder), /^benn: .*: cannot be read: it is a folder \(EISDIR\)\. \S.*\.$/],
  [
    "a file that is not there",
    () => readFileSync(join(folder, "none")),
    /none: cannot be read: it does not exist \(ENOENT\)\. Check the path\.$/,
  ],
  [
    "a file in place of a folder",
    () => readdirSync(join(folder, "file")),
    /file: cannot be read: a part of the path is a file, not a folder \(ENOTDIR\)/,
  ],
  ["a name that is taken", () => mkdirSync(join(folder, "file")), /file: cannot be made: something else has its name \(EEXIST\)/],
  [
    "a name that is too long",
    () => mkdir(join(folder, "a".repeat(300))),
    /cannot be made: the name is too long \(ENAMETOOLONG\)\. Choose a shorter one\.$/,
  ],
  [
    "a full disk",
    () => writeSync(openSync("/dev/full", "w"), "x"),
    /^benn: a file: cannot be written: the disk is full \(ENOSPC\)\. Free some space/,
  ],
  [
    "a full disk behind an open file",
    async () => {
      await using file = await open("/dev/full", "w");
      await file.write("x");
    },
    /the disk is full \(ENOSPC\)/,
  ],
])("%s is reported in a sentence, and is not a bug", async ([, act, says]) => {
  const error = await (async () => act())().catch((thrown: unknown) => thrown);
  const { code, text } = failure(error, { debug: false });
  expect(text).toMatch(says);
  expect(text).not.toMatch(/\.\.|\?\.|fault/);
  expect(code).toBe(2);
});

test("a server that cannot be reached is no file", () => {
  const error = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED", syscall: "connect", errno: -111 });
  expect(failure(error, { debug: false })).toEqual({
    code: 1,
    text: "benn: connect ECONNREFUSED 127.0.0.1:1 (an internal error; --debug shows where)",
  });
});

test("of an error of zod's the message names the place of the first issue, and has none of its words", () => {
  const { error } = z.object({ members: z.array(z.object({ alpha: z.number() })) }).safeParse({ members: [{ alpha: null }] });
  expect(failure(error, { debug: false })).toEqual({
    code: 1,
    text: "benn: members.0.alpha has not the form that was expected (an internal error; --debug shows where)",
  });
});

test("a message that quotes a long value keeps its beginning and its end", () => {
  const { text } = failure(new UserError(`--set ${"x".repeat(70_000)}: is not key=value. Write --set epochs=10.`), { debug: false });
  expect(text.length).toBeLessThan(2100);
  expect(text).toMatch(/^benn: --set x+ … x+: is not key=value\. Write --set epochs=10\.$/);
});
