import { expect, test } from "vitest";
import { printable } from "./printable.ts";

test.for([
  ["a window's title", "\u001B]0;owned\u0007", "\\u001b]0;owned\\u0007"],
  ["a copy to the clipboard", "\u001B]52;c;aGk=\u001B\\", "\\u001b]52;c;aGk=\\u001b\\"],
  ["a cleared screen", "\u001B[2J", "\\u001b[2J"],
  ["a line written over", "good\rbad\b!", "good\\u000dbad\\u0008!"],
  ["a second line", "good\nbenn: fine", "good\\u000abenn: fine"],
  ["a control of C1", "\u009B2J\u009D0;x\u009C", "\\u009b2J\\u009d0;x\\u009c"],
  ["text that runs backwards", "\u202Egpj.exe\u2066", "\\u202egpj.exe\\u2066"],
] as const)("shows %s in place of doing it", ([, text, shown]) => {
  expect(printable(text)).toBe(shown);
});

test("letters of every script, signs and pictures stay as they are", () => {
  expect(printable("ε ≥ 0.5 – Größe 猫 🐈 naïve")).toBe("ε ≥ 0.5 – Größe 猫 🐈 naïve");
});

test("a line of JSON keeps its value", () => {
  const value = { label: "\u001B[2J\u009B\u2028\u202E\u007F" };
  expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value);
});

test("a text that is too long is cut, and says so", () => {
  expect(printable("abcdef", 3)).toBe("abc…");
  expect(printable("abc", 3)).toBe("abc");
});
