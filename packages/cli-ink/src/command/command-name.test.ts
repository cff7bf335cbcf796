import { expect, test } from "vitest";
import { commandName, quoted } from "./command-name.ts";

test("hints name the command as it was started", () => {
  expect(commandName({ BENN_COMMAND: "npm run benn --" })).toBe("npm run benn --");
  expect(commandName({ npm_command: "exec" })).toBe("npx benn");
  expect(commandName({})).toBe("benn");
});

test("words with spaces are quoted", () => {
  expect(quoted("runs/a-1")).toBe("runs/a-1");
  expect(quoted("it's here")).toBe(`'it'\\''s here'`);
});
