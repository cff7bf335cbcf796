import { expect, test } from "vitest";
import type { Backend } from "../backend.ts";
import { checkedBackend } from "./checked-backend.ts";

const probed = { ok: true, description: "here" };
const backend = (parts: object): Backend =>
  checkedBackend({ probe: async () => probed, activate: async () => {}, ...parts } as unknown as Backend, "backend mine");
const machine = { cores: 4, memoryBytes: 1, stepBytes: 1 };

test("what a backend must have, and what it may have, are methods", () => {
  expect(() => backend({ probe: undefined })).toThrow(
    "backend mine: has no method probe. It must have probe and activate, and may have profile, limits, share, form.",
  );
  expect(() => backend({ activate: undefined })).toThrow("has no method activate");
  for (const key of ["profile", "limits", "share", "form"])
    expect(() => backend({ [key]: 3 })).toThrow(`has 3 as ${key}, which must be a method.`);
});

test("a probe describes the backend, or says why it does not work and what to do", async () => {
  const failed = { ok: false, reason: "It is not there.", remedy: "Install it." };
  for (const probe of [probed, failed]) expect(await backend({ probe: async () => probe }).probe()).toBe(probe);
  const wrong: unknown[] = [undefined, null, 3, {}, { ok: "yes", description: "" }, { ok: true }, { ok: true, reason: "", remedy: "" }];
  wrong.push({ ok: false, reason: "" }, { ok: false, remedy: "" }, { ok: false, description: "" }, { ok: true, description: 3 });
  for (const probe of wrong)
    await expect(backend({ probe: async () => probe }).probe()).rejects.toThrow(
      /^backend mine: probe returned .+\. It must return \{ ok: true, description \} or \{ ok: false, reason, remedy \}\.$/,
    );
  await expect(backend({ probe: async () => null }).probe()).rejects.toThrow("probe returned null.");
});

test("a share is a whole number of lanes from 1, and the options in each", () => {
  expect("share" in backend({})).toBe(false);
  const share = { lanes: 1, options: () => ({ threads: 1 }) };
  expect(backend({ share: () => share }).share?.(machine)).toBe(share);
  const seen: unknown[] = [];
  backend({ share: (own: unknown) => (seen.push(own), share) }).share?.(machine);
  expect(seen).toEqual([machine]);
  const message = (returned: unknown): string => {
    try {
      backend({ share: () => returned }).share?.(machine);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const rule = "It must return { lanes, options } with a whole number of lanes, at least 1.";
  expect(message({ ...share, lanes: 0 })).toBe(`backend mine: share returned lanes: 0. ${rule}`);
  expect(message({ ...share, lanes: 1.5 })).toBe(`backend mine: share returned lanes: 1.5. ${rule}`);
  expect(message({ lanes: 2 })).toBe(`backend mine: share returned lanes: 2. ${rule}`);
  expect(message({ lanes: 2, options: {} })).toBe(`backend mine: share returned lanes: 2. ${rule}`);
  expect(message(undefined)).toBe(`backend mine: share returned nothing. ${rule}`);
  expect(message(3)).toBe(`backend mine: share returned 3. ${rule}`);
});
