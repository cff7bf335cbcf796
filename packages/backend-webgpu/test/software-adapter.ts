import { createReadStream, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";

import { createBrotliDecompress } from "node:zlib";
import { extract } from "tar";

/** glibc's flag, which Node does not name: the library stays although Node, finding no addon in it, closes it again. */
const RTLD_NODELETE = 0x1000;

/** Environment in which a process finds the software adapter, and nothing else. */
export async function softwareAdapterEnvironment(): Promise<{ readonly LD_LIBRARY_PATH: string; readonly VK_ICD_FILENAMES: string }> {
  const folder = await swiftShader();
  return { LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: join(folder, "vk_swiftshader_icd.json") };
}

/**
 * Lets this process find SwiftShader. Its Vulkan loader is loaded by path before Dawn asks for it by name, so the process
 * need not have been started with LD_LIBRARY_PATH.
 */
export async function useSoftwareAdapter(): Promise<void> {
  const { LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: icd } = await softwareAdapterEnvironment();
  process.env["VK_ICD_FILENAMES"] = icd;
  try {
    process.dlopen({ exports: {} }, join(folder, "libvulkan.so.1"), constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch {
    // It is no addon, and Node says so; loaded it is.
  }
}

/**
 * Unpacks SwiftShader, a Vulkan driver that runs on the CPU, from the npm package `@sparticuz/chromium`.
 * @returns the folder with libvulkan.so.1, libvk_swiftshader.so and vk_swiftshader_icd.json
 */
async function swiftShader(): Promise<string> {
  const archive = join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "..", "bin", "swiftshader.tar.br");
  const cache = join(import.meta.dirname, "..", "node_modules", ".cache");
  const folder = join(cache, "swiftshader");
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const aside = await mkdtemp(join(cache, "unpacking-"));
  await pipeline(createReadStream(archive), createBrotliDecompress(), extract({ cwd: aside }));
  // Several test processes may come here at once: the first to rename wins, and what the others have is the same.
  await rename(aside, folder).catch(() => rm(aside, { recursive: true }));
  return folder;
}
