import { expect, test } from "vitest";
import { chooseUi } from "./choose-ui.ts";

const tty = { isTTY: true };

test("the dashboard is for terminals, plain lines for pipes and CI", () => {
  expect(chooseUi("auto", { stdin: tty, stdout: tty, env: {} })).toBe("ink");
  expect(chooseUi("auto", { stdin: tty, stdout: {}, env: {} })).toBe("plain");
  expect(chooseUi("auto", { stdin: {}, stdout: tty, env: {} })).toBe("plain");
  expect(chooseUi("auto", { stdin: tty, stdout: tty, env: { CI: "true" } })).toBe("plain");
  expect(chooseUi("auto", { stdin: tty, stdout: tty, env: { CI: "false" } })).toBe("ink");
  expect(chooseUi("auto", { stdin: tty, stdout: tty, env: { TERM: "dumb" } })).toBe("plain");
  expect(chooseUi("ink", { stdin: tty, stdout: tty, env: { CI: "true" } })).toBe("ink");
  expect(chooseUi("json", { stdin: {}, stdout: {}, env: {} })).toBe("json");
  expect(() => chooseUi("ink", { stdin: tty, stdout: {}, env: {} })).toThrow(
    /^--ui ink: standard input and output are not both a terminal\./,
  );
});
