import { expect, test } from "vitest";
import { fitting } from "./fitting.ts";

test("whole parts are shown while there is room, the first always", () => {
  const parts = ["6 × nin", "bagging", "soft vote"];
  expect(fitting(parts, 80)).toBe("6 × nin · bagging · soft vote");
  expect(fitting(parts, 29)).toBe("6 × nin · bagging · soft vote");
  expect(fitting(parts, 28)).toBe("6 × nin · bagging");
  expect(fitting(parts, 3)).toBe("6 × nin");
  expect(fitting([], 3)).toBe("");
});
