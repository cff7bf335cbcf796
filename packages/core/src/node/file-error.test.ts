import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { UserError } from "../user-error.ts";
import { errorCode, type FileAction, fileError } from "./file-error.ts";

const refusal = (code: string): Error => Object.assign(new Error(code), { code, syscall: "open" });
const said = (code: string, action: FileAction = "written", remedy?: string): string => {
  const error = fileError("/runs/a", action, refusal(code), remedy);
  expect(error).toBeInstanceOf(UserError);
  return (error as Error).message;
};

test("a missing file is told by what was done with it", () => {
  expect(said("ENOENT", "read")).toBe("/runs/a: cannot be read: it does not exist (ENOENT). Check the path.");
  const elsewhere = "its folder does not exist (ENOENT). Was it moved or deleted meanwhile?";
  expect(said("ENOENT")).toBe(`/runs/a: cannot be written: ${elsewhere}`);
  expect(said("ENOENT", "made")).toBe(`/runs/a: cannot be made: ${elsewhere}`);
  expect(said("ENOENT", "read", "Train first.")).toBe("/runs/a: cannot be read: it does not exist (ENOENT). Train first.");
});

test("every code that a disk has gets a reason and a remedy, an unknown one the usual", () => {
  const codes = "EACCES EPERM EROFS ENOSPC EDQUOT EFBIG ENAMETOOLONG EISDIR ENOTDIR EEXIST EMFILE ENFILE EBUSY EIO ESTALE ELOOP".split(" ");
  const usual = "/runs/a: cannot be written: the system refuses (EFOO). Try again, or choose another place (--out).";
  expect(said("EFOO")).toBe(usual);
  for (const code of codes)
    expect(said(code)).toMatch(new RegExp(`^/runs/a: cannot be written: [a-z][a-z ,-]+ \\(${code}\\)\\. [A-Z].+\\.$`));
  for (const code of codes) expect(said(code)).not.toContain("the system refuses");
  expect(said("ENOSPC")).toBe("/runs/a: cannot be written: the disk is full (ENOSPC). Free some space, or choose another place (--out).");
});

test("the system's error stays the cause; what is none of the system's stays as it is", async () => {
  const cause = refusal("EIO");
  expect((fileError("a", "read", cause) as Error).cause).toBe(cause);
  const own = new TypeError("no");
  expect(fileError("a", "read", own)).toBe(own);
  expect(fileError("a", "read", "no")).toBe("no");
  const wrongUse = await readFile(3.5 as never).catch((error: unknown) => error);
  expect(fileError("a", "read", wrongUse)).toBe(wrongUse);
});

test("an error's code is its own, or that of whatever caused it", () => {
  expect(errorCode(refusal("EIO"))).toBe("EIO");
  expect(errorCode(new Error("a", { cause: new Error("b", { cause: refusal("EIO") }) }))).toBe("EIO");
  expect(errorCode(new Error("a", { cause: new Error("b") }))).toBeUndefined();
  expect(errorCode("EIO")).toBeUndefined();
  expect(errorCode(Object.assign(new Error("a"), { code: "ERR_X" }))).toBeUndefined();
  expect(errorCode(Object.assign(new Error("a"), { code: 3, syscall: "open" }))).toBeUndefined();
});
