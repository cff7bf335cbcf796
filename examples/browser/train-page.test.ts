// The training page in a real browser: it trains, packs, and passes the file to the other page.
import { readFileSync } from "node:fs";
import { load } from "@benn/packed";
import { openTestResults } from "@benn/packed/trust";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isTooWide, openSite, type Site, violations } from "./test/open-site.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
}, 120_000);
afterAll(() => site?.close());

async function train(page: Page, { members, epochs, scheme }: { members: number; epochs: number; scheme: string }): Promise<void> {
  await expect.poll(() => page.locator("#start").isEnabled(), { timeout: 60_000 }).toBe(true);
  await page.selectOption("#scheme", scheme);
  await page.locator("#members").fill(String(members));
  await page.locator("#epochs").fill(String(epochs));
  await page.locator("#start").click();
}

async function downloaded(page: Page): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#download").click()]);
  expect(download.suggestedFilename()).toBe("trained.benn");
  return readFileSync(await download.path());
}

test("it trains an ensemble, shows its vote, and gives a file that Node reads and that the other page shows", async () => {
  const page = await site.open({ path: "train.html" });
  await train(page, { members: 2, epochs: 1, scheme: "samme" });
  await expect.poll(() => page.locator("#status").innerText(), { timeout: 200_000 }).toBe("Done.");
  await expect.poll(() => page.locator("#download").isVisible()).toBe(true);
  const bytes = await downloaded(page);
  const model = await load(bytes);
  const results = openTestResults(model);
  expect(model.members).toHaveLength(2);
  expect(results).toMatchObject({ rows: 500 });
  const percent = (share = 0): string => `${(100 * share).toFixed(1)} %`;
  expect(await page.locator("#vote").innerText()).toContain(`The vote of 2 is right on ${percent(results?.votes[1])}`);
  expect(await page.locator("#learning svg path").count()).toBeGreaterThan(0);
  expect(await page.locator("#bench tr").first().innerText()).toMatch(/^this browser, this net\s+\d+\s+[\d.]+ G$/);

  const [other] = await Promise.all([page.context().waitForEvent("page"), page.locator("#use").click()]);
  await expect
    .poll(() => other.locator("h1").innerText(), { timeout: 60_000 })
    .toMatch(/^Two 1-bit networks vote on your picture, in \d+ kB$/);
  await expect.poll(() => other.locator("#agreement").innerText(), { timeout: 60_000 }).toMatch(/^[12] of 2 members vote for it$/);
  await page.context().close();
}, 240_000);

test("it stops when asked, and packs what is trained until then", async () => {
  const page = await site.open({ path: "train.html" });
  await train(page, { members: 10, epochs: 1, scheme: "deep-ensemble" });
  await expect.poll(() => page.locator("#vote").innerText(), { timeout: 200_000 }).toMatch(/^One network alone is right on [\d.]+ %/);
  await page.locator("#stop").click();
  await expect.poll(() => page.locator("#status").innerText(), { timeout: 60_000 }).toBe("Stopped.");
  const model = await load(await downloaded(page));
  expect(model.members.length).toBeLessThan(10);
  await expect.poll(() => page.locator("#start").isEnabled()).toBe(true);
  await page.context().close();
}, 240_000);

test("at phone and desktop widths, light and dark, it scrolls no way but down, and axe finds nothing", async () => {
  for (const { width, height, colorScheme } of [
    { width: 320, height: 640, colorScheme: "light" },
    { width: 390, height: 844, colorScheme: "dark" },
    { width: 1440, height: 900, colorScheme: "dark" },
  ] as const) {
    const page = await site.open({ path: "train.html", width, height, colorScheme });
    await expect.poll(() => page.locator("#start").isEnabled(), { timeout: 60_000 }).toBe(true);
    expect(await isTooWide(page), `${width}`).toBe(false);
    expect(await violations(page), `${width} ${colorScheme}`).toEqual([]);
    await page.context().close();
  }
}, 120_000);

test("the page complains of nothing", () => {
  expect(site.complaints).toEqual([]);
});
