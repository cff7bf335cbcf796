import { expect, test } from "vitest";
import { mayPass, tryAgain } from "./try-again.ts";

const refusal = (code: string): Error => Object.assign(new Error(code), { code, syscall: "open" });

test("what the system refuses may pass, but a missing file or a name that is too long does not", () => {
  for (const code of ["EBUSY", "ENOSPC", "EIO", "EACCES", "EMFILE"]) expect(mayPass(refusal(code))).toBe(true);
  for (const code of ["ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "ELOOP"]) expect(mayPass(refusal(code))).toBe(false);
  expect(mayPass(new Error("no"))).toBe(false);
  expect(mayPass(new Error("wrapped", { cause: refusal("EBUSY") }))).toBe(true);
});

test("work is tried once, and once more after each wait, while it may pass", async () => {
  let tries = 0;
  const failing = (times: number, code: string) => {
    tries = 0;
    return async () => {
      if (tries++ < times) throw refusal(code);
      return "done";
    };
  };
  expect(await tryAgain(failing(0, "EBUSY"), [0, 0])).toBe("done");
  expect(tries).toBe(1);
  expect(await tryAgain(failing(2, "EBUSY"), [0, 0])).toBe("done");
  expect(tries).toBe(3);
  await expect(tryAgain(failing(3, "EBUSY"), [0, 0])).rejects.toThrow("EBUSY");
  expect(tries).toBe(3);
  await expect(tryAgain(failing(1, "ENOENT"), [0, 0])).rejects.toThrow("ENOENT");
  expect(tries).toBe(1);
});
