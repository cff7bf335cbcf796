// The page in a real browser.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "@benn/packed";
import { openTestResults, openTrust } from "@benn/packed/trust";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DARK, FOLDER, isTooWide, type Opening, openSite, type Site, violations } from "./test/open-site.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
}, 120_000);
afterAll(() => site?.close());

async function open(options?: Opening): Promise<Page> {
  const page = await site.open(options);
  await answered(page);
  return page;
}

async function answered(page: Page): Promise<void> {
  await page.waitForFunction(
    () => {
      const box = document.querySelector("#answer");
      return /vote for it/.test(box?.textContent ?? "") && !box?.classList.contains("old");
    },
    undefined,
    { timeout: 60_000 },
  );
}

/** The picture as the networks receive it: RGBA of 32×32. */
function shownBy(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>("#picture");
    return [...(canvas?.getContext("2d")?.getImageData(0, 0, 32, 32).data ?? [])];
  });
}

const classOf = (page: Page): Promise<string> =>
  page.locator("#class").evaluate((element) => (element.firstChild?.textContent ?? "").trim());

const ownModel = () => load(readFileSync(join(site.out, "model.benn")));
const judged = join(import.meta.dirname, "test/judged.benn");

async function openJudged(page: Page): Promise<void> {
  await page.setInputFiles("#modelFile", judged);
  await expect.poll(() => page.locator("#jury li").count(), { timeout: 30_000 }).toBe(3);
  await answered(page);
}

test("the headline says how many networks in how many bytes, and every member votes on the first sample", async () => {
  const page = await open();
  const model = await ownModel();
  expect(await page.locator("h1").innerText()).toBe(
    `Six 1-bit networks vote on your picture, in ${Math.round(readFileSync(join(site.out, "model.benn")).length / 1000)} kB`,
  );
  expect(await page.locator("#jury li").count()).toBe(model.members.length);
  expect(await page.locator("#jury li.waiting").count()).toBe(0);
  expect(await page.locator("footer").innerText()).toMatch(/Recognizes 10 classes: airplane, automobile, bird, .*truck\./);
  expect(await page.locator("footer a").first().getAttribute("href")).toBe("https://github.com/benn-js/benn");
  const expected = model.predict({ width: 32, height: 32, data: Uint8Array.from(await shownBy(page)) });
  expect(await classOf(page)).toBe(expected.label);
  const agreeing = expected.votes.filter((vote) => vote.label === expected.label).length;
  expect(await page.locator("#agreement").innerText()).toBe(`${agreeing} of 6 members vote for it`);
  expect(await page.locator("#jury li.agrees").count()).toBe(agreeing);
  expect(await page.locator("#class small").innerText()).toMatch(expected.label === "ship" ? /as labelled/ : /labelled ship/);
  await page.context().close();
});

test("a sample says what it is, and whether the answer is that", async () => {
  const page = await open();
  const model = await ownModel();
  for (const name of ["frog", "airplane"]) {
    const before = await shownBy(page);
    await page.locator(`#samples button[data-label=${name}]`).click();
    await expect.poll(() => shownBy(page), { timeout: 30_000 }).not.toEqual(before);
    await answered(page);
    const { label } = model.predict({ width: 32, height: 32, data: Uint8Array.from(await shownBy(page)) });
    await expect.poll(() => page.locator("#class").innerText()).toMatch(label === name ? /as labelled/ : new RegExp(`labelled ${name}`));
  }
  await page.context().close();
});

test("a file of one's own brings its accuracy, its calibrated shares and its size beside float32", async () => {
  const page = await open();
  await openJudged(page);
  const model = await load(readFileSync(judged));
  const results = openTestResults(model);
  const percent = (share = 0): string => `${(100 * share).toFixed(1)} %`;
  expect(await page.locator("h1").innerText()).toBe("Three 1-bit networks vote on your picture, in 45 kB");
  expect(await page.locator("#figures").innerText()).toContain(percent(results?.votes[2]));
  expect(await page.locator("#bits").innerText()).toMatch(/bytes\s+45 kB\s+198 kB \(4\.4 ×\)/);
  const prediction = model.predict({ width: 32, height: 32, data: Uint8Array.from(await shownBy(page)) });
  const [likeliest] = openTrust(model)?.judge(prediction).likeliest ?? [];
  expect(await page.locator("#shares li").first().innerText()).toMatch(
    new RegExp(`^${likeliest?.label}\\s+${percent(likeliest?.probability)}$`),
  );
  expect(await page.locator("#calibration").innerText()).toContain("Calibrated");
  for (const [i, single] of (results?.singles ?? []).entries()) {
    expect(await page.locator("#jury li").nth(i).innerText()).toContain(`alone right on ${percent(single)}`);
  }
  await page.context().close();
});

test("the slider lets the first members vote, and says how right so many are", async () => {
  const page = await open();
  await openJudged(page);
  const model = await load(readFileSync(judged));
  const results = openTestResults(model);
  await page.locator("#members").fill("1");
  await expect.poll(() => page.locator("#membersLabel").innerText(), { timeout: 30_000 }).toBe("The first 1 of 3 members votes");
  await answered(page);
  expect(await page.locator("#stage").innerText()).toContain(
    `right on ${(100 * (results?.votes[0] ?? 0)).toFixed(1)} % of the test pictures`,
  );
  const { label } = model.predict({ width: 32, height: 32, data: Uint8Array.from(await shownBy(page)) }, { members: 1 });
  expect(await classOf(page)).toBe(label);
  expect(await page.locator("#agreement").innerText()).toBe(
    "1 of 1 member votes for it; 2 were not asked".replace("member votes", "member vote"),
  );
  expect(await page.locator("#jury li.silent").count()).toBe(2);
  await page.context().close();
});

test("to stop when decided works under every vote that can, and says why where one cannot", async () => {
  const page = await open();
  expect(await page.locator("#anytime").isDisabled()).toBe(true);
  expect(await page.locator("#anytimeReason").innerText()).toContain("no calibrated lead");
  const model = await ownModel();
  for (const voter of ["hard", "softmax"] as const) {
    await page.selectOption("#voter", voter);
    await page.check("#anytime");
    const { ran, label } = model.predict({ width: 32, height: 32, data: Uint8Array.from(await shownBy(page)) }, { voter, anytime: true });
    await expect
      .poll(() => page.locator("#agreement").innerText(), { timeout: 30_000 })
      .toMatch(new RegExp(` of ${ran} members vote for it`));
    expect(await classOf(page)).toBe(label);
  }
  await openJudged(page);
  await page.selectOption("#voter", "soft");
  await answered(page);
  expect(await page.locator("#anytime").isDisabled()).toBe(false);
  const own = await load(readFileSync(judged));
  const { ran } = openTrust(own)!.predictAnytime({ width: 32, height: 32, data: Uint8Array.from(await shownBy(page)) });
  await expect
    .poll(() => page.locator("#agreement").innerText(), { timeout: 30_000 })
    .toMatch(new RegExp(` of ${ran} members? vote for it`));
  await page.context().close();
});

test("where WebGPU is, it gives the same class; the answer does not wait for it", async () => {
  const page = await open();
  await expect
    .poll(() => page.locator("#gpu").innerText(), { timeout: 120_000 })
    .toMatch(new RegExp(`the answer is ${await classOf(page)}\\.|does not take part: .+\\.`));
  await page.context().close();
}, 150_000);

test("a picture comes by file, by paste and by a drop anywhere, and what is none is said, for a while", async () => {
  const page = await open();
  const model = await ownModel();
  const frog = readFileSync(join(import.meta.dirname, "public/samples/frog.png")).toString("base64");
  const expectShown = async (before: number[]): Promise<void> => {
    await expect.poll(() => shownBy(page), { timeout: 30_000 }).not.toEqual(before);
    await answered(page);
    const { label } = model.predict({ width: 32, height: 32, data: Uint8Array.from(await shownBy(page)) });
    await expect.poll(() => classOf(page)).toBe(label);
  };
  const start = await shownBy(page);
  await page.setInputFiles("#file", join(import.meta.dirname, "public/samples/frog.png"));
  await expectShown(start);
  const give = (kind: "paste" | "drop", name: string, contents: string): Promise<void> =>
    page.evaluate(
      ([type, fileName, base64]) => {
        const bytes = Uint8Array.from(atob(base64!), (character) => character.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], fileName!, { type: "image/png" }));
        const event =
          type === "paste"
            ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
            : new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
        (type === "paste" ? document.body : document.querySelector("footer"))!.dispatchEvent(event);
      },
      [kind, name, contents],
    );
  for (const kind of ["paste", "drop"] as const) {
    await page.locator("#samples button[data-label=ship]").click();
    await expect.poll(() => shownBy(page), { timeout: 30_000 }).toEqual(start);
    await give(kind, "frog.png", frog);
    await expectShown(start);
  }
  await give("drop", "notes.png", Buffer.from("no picture").toString("base64"));
  await expect.poll(() => page.locator("#message").innerText()).toBe("That is not a picture that this browser can read.");
  await expect.poll(() => page.locator("#message").innerText(), { timeout: 20_000 }).toBe("");
  await give("drop", "broken.benn", Buffer.from("no model").toString("base64"));
  await expect.poll(() => page.locator("#message").innerText()).toMatch(/^model/);
  expect(await page.locator("#jury li").count()).toBe(6); // the previous one is still running
  await page.context().close();
}, 120_000);

test("the speed test reports the median and pictures a second", async () => {
  const page = await open();
  await openJudged(page);
  await page.locator("#measure").click();
  await expect
    .poll(() => page.locator("#measured").innerText(), { timeout: 120_000 })
    .toMatch(/^[\d.]+ ms a picture with 3 members \(median of 300\), [\d,]+ pictures a second on one core\.$/);
  expect(await page.locator("#measuring").isVisible()).toBe(false);
  await page.context().close();
}, 150_000);

test("at phone and desktop widths, light and dark, it scrolls no way but down, buttons can be hit, and axe finds nothing", async () => {
  for (const { width, height, colorScheme } of [
    { width: 320, height: 640, colorScheme: "light" },
    { width: 390, height: 844, colorScheme: "dark" },
    { width: 820, height: 1180, colorScheme: "light" },
    { width: 1440, height: 900, colorScheme: "dark" },
  ] as const) {
    const page = await open({ width, height, colorScheme });
    expect(await isTooWide(page), `${width}`).toBe(false);
    for (const button of await page.locator(".ways > *").all()) expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    // The label of each sample is shown in full.
    const cut = await page
      .locator("#samples button")
      .evaluateAll((buttons) => buttons.filter((one) => one.scrollWidth > one.clientWidth).length);
    expect(cut, `labels at ${width}`).toBe(0);
    // The answer is visible without scrolling.
    expect((await page.locator("#class").boundingBox())?.y).toBeLessThan(height);
    expect(await violations(page), `${width} ${colorScheme}`).toEqual([]);
    await page.context().close();
  }
}, 180_000);

test("in forced colours the bars keep a colour of their own", async () => {
  const page = await open({ forced: true });
  const colors = await page
    .locator("#shares .bar")
    .first()
    .evaluate((bar) => [getComputedStyle(bar, "::before").backgroundColor, getComputedStyle(bar.parentElement!).backgroundColor]);
  expect(colors[0]).not.toBe(colors[1]);
  await page.context().close();
});

test("the camera's pictures are classified one after the other, silently, until it or a sample stops it", async () => {
  const page = await open();
  const camera = page.locator("#camera");
  await camera.click();
  await expect.poll(() => camera.getAttribute("aria-pressed"), { timeout: 30_000 }).toBe("true");
  expect(await camera.innerText()).toBe("Stop the camera");
  expect(await page.locator("#answer").getAttribute("aria-live")).toBe("off");
  /** Brightness above and below, which is like this only in the film. */
  const halves = async (): Promise<number[]> => {
    const pixels = await shownBy(page);
    return [0, 1].map((half) => pixels.slice(half * 2048, half * 2048 + 2048).reduce((sum, value) => sum + value, 0) / 2048);
  };
  await expect.poll(async () => ((await halves())[0] ?? 0) - ((await halves())[1] ?? 0), { timeout: 30_000 }).toBeGreaterThan(60);
  const frames = new Set<string>();
  await expect.poll(async () => frames.add((await shownBy(page)).join()).size, { timeout: 30_000 }).toBeGreaterThan(2);
  expect(await page.locator("#video").evaluate((video: HTMLVideoElement) => [video.videoWidth, video.videoHeight])).toEqual([64, 48]);
  await page.locator("#samples button[data-label=frog]").click();
  await expect.poll(() => camera.getAttribute("aria-pressed"), { timeout: 30_000 }).toBe("false");
  expect(await page.locator("#answer").getAttribute("aria-live")).toBe("polite");
  const states = await page
    .locator("#video")
    .evaluate((video: HTMLVideoElement) => (video.srcObject as MediaStream).getTracks().map((track) => track.readyState));
  expect(states).toEqual(["ended"]);
  // What is shown at the end is what was classified.
  const model = await ownModel();
  const expected = async () => model.predict({ width: 32, height: 32, data: Uint8Array.from(await shownBy(page)) }).label;
  await expect.poll(async () => (await classOf(page)) === (await expected()), { timeout: 30_000 }).toBe(true);
  await expect.poll(() => page.locator("#class small").innerText()).toMatch(/labelled/);
  await page.context().close();
}, 120_000);

test("where the camera may not be used, it says so and goes on", async () => {
  const page = await open({ folder: DARK });
  await page.locator("#camera").click();
  await expect
    .poll(() => page.locator("#message").innerText(), { timeout: 30_000 })
    .toBe("There is no camera, or this page may not use it.");
  expect(await page.locator("#camera").getAttribute("aria-pressed")).toBe("false");
  const before = await shownBy(page);
  await page.locator("#samples button").nth(5).click();
  await expect.poll(() => shownBy(page), { timeout: 30_000 }).not.toEqual(before);
  site.complaints.splice(0, site.complaints.length, ...site.complaints.filter((one) => !/Permissions policy violation: camera/.test(one)));
  await page.context().close();
});

test("once seen, it works without a server, and can be installed", async () => {
  const page = await open();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => page.evaluate(async () => (await caches.keys()).length), { timeout: 30_000 }).toBe(1);
  await page.context().setOffline(true);
  await page.reload();
  await answered(page);
  expect(await page.locator("#jury li").count()).toBe(6);
  await page.locator("#samples button[data-label=frog]").click();
  await expect.poll(() => page.locator("#class small").innerText(), { timeout: 30_000 }).toMatch(/labelled/);
  const manifest = JSON.parse(readFileSync(join(site.out, "manifest.webmanifest"), "utf8")) as {
    icons: { src: string }[];
    start_url: string;
  };
  for (const { src } of manifest.icons) expect(readFileSync(join(site.out, src)).length).toBeGreaterThan(0);
  await page.context().close();
}, 120_000);

test("an address may name a model; one that is not there is said", async () => {
  const page = await site.browser.newPage();
  await page.goto(`${site.address}${FOLDER}?model=none.benn`);
  await expect
    .poll(() => page.locator("#message").innerText(), { timeout: 30_000 })
    .toMatch(/none\.benn cannot be loaded: the server answers 404\./);
  await page.close();
});

test("the page complains of nothing", () => {
  expect(site.complaints).toEqual([]);
});
