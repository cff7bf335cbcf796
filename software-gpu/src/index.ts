import { createReadStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { extract } from "tar";

/** Keeps the library loaded although Node, which finds no addon in it, closes it again. */
const RTLD_NODELETE = 0x1000;

/** Lets Dawn find SwiftShader in this process: its Vulkan loader is loaded by path before Dawn requests it by name. */
export async function useSoftwareGpu(): Promise<void> {
  const folder = await unpackSwiftShader();
  process.env["VK_ICD_FILENAMES"] = join(folder, "vk_swiftshader_icd.json");
  try {
    process.dlopen({ exports: {} }, join(folder, "libvulkan.so.1"), constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch {
    // It is not an addon, so Node throws; but it is loaded.
  }
}

/** SwiftShader, a Vulkan driver that runs on the CPU, from the npm package of a headless Chromium. */
async function unpackSwiftShader(): Promise<string> {
  const cache = join(import.meta.dirname, "..", "node_modules", ".cache");
  const folder = join(cache, "swiftshader");
  if (existsSync(folder)) return folder;
  const archive = join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "..", "bin", "swiftshader.tar.br");
  mkdirSync(cache, { recursive: true });
  const aside = mkdtempSync(join(cache, "unpacking-"));
  await pipeline(createReadStream(archive), createBrotliDecompress(), extract({ cwd: aside }));
  try {
    renameSync(aside, folder); // another process may have been first, with the same files
  } catch {
    rmSync(aside, { recursive: true });
  }
  return folder;
}
