import { type Browser, chromium as playwright } from "playwright-core";
import { unpackChromium } from "../software-gpu/src/chromium.ts";

export async function openChromium(): Promise<Browser> {
  return await playwright.launch({ executablePath: await unpackChromium(), args: ["--no-sandbox", "--headless=new"] });
}
