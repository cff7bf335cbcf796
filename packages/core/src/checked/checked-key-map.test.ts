import { expect, test } from "vitest";
import { checkedKeyMap } from "./checked-key-map.ts";

const map = { modules: {}, keys: {}, ignore: [] };
const check = (keyMap: unknown) => checkedKeyMap(keyMap as never, "key map mine");

test("a key map has modules, keys and what to ignore, and says what it is for", () => {
  const whole = { fits: () => true, map };
  expect(check(whole)).toBe(whole);
  for (const own of [undefined, null, 3, { ...map, modules: undefined }, { ...map, keys: undefined }, { ...map, ignore: {} }])
    expect(() => check({ ...whole, map: own })).toThrow(/^key map mine: has .+ as map\. It must be \{ modules, keys, ignore \}\.$/);
  expect(() => check({ map })).toThrow("key map mine: has no method fits.");
});
