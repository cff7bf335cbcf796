// Serves tarballs of this checkout to npm as a registry would, and sends it elsewhere for all other packages.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

export interface Tarball {
  readonly manifest: Manifest;
  /** Paths in the tarball, without the leading `package/`. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly bytes: Buffer;
}

export interface LoopbackRegistry {
  readonly url: string;
  close(): void;
}

const BLOCK = 512;

/** The files of a .tgz; names longer than a header's field come in records of pax. */
function filesOf(bytes: Buffer): Map<string, Buffer> {
  const tar = gunzipSync(bytes);
  const files = new Map<string, Buffer>();
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const text = (from: number, to: number) => tar.toString("utf8", at + from, at + to).replace(/\0.*$/s, "");
    const size = parseInt(text(124, 136), 8);
    const data = tar.subarray(at + BLOCK, at + BLOCK + size);
    const type = text(156, 157);
    const prefix = text(345, 500);
    if (type === "x") longName = /\d+ path=(.*)\n/.exec(data.toString("utf8"))?.[1];
    else {
      const name = longName ?? (prefix ? `${prefix}/${text(0, 100)}` : text(0, 100));
      if (type === "0" || type === "") files.set(name.replace(/^package\//, ""), data);
      longName = undefined;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

/**
 * Packs packages that are published, from what is built.
 * @param paths of the packages; all by default
 */
export function packAll(root: string, folder: string, paths: readonly string[] = ["./packages/*", "./examples/browser"]): Tarball[] {
  const filters = paths.flatMap((path) => ["--filter", path]);
  execFileSync("pnpm", [...filters, "-r", "pack", "--pack-destination", folder], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  return globSync("*.tgz", { cwd: folder }).map((name) => {
    const bytes = readFileSync(join(folder, name));
    const files = filesOf(bytes);
    return { manifest: JSON.parse(files.get("package.json")?.toString("utf8") ?? "{}") as Manifest, files, bytes };
  });
}

export async function serveTarballs(tarballs: readonly Tarball[], upstream: string): Promise<LoopbackRegistry> {
  const byName = new Map(tarballs.map((tarball) => [tarball.manifest.name, tarball]));
  const server = createServer(({ url = "/" }, response) => {
    const path = decodeURIComponent(url.slice(1));
    const tarball = byName.get(path.replace(/\.tgz$/, ""));
    if (!tarball) return response.writeHead(302, { location: `${upstream.replace(/\/$/, "")}${url}` }).end();
    if (path.endsWith(".tgz")) return response.end(tarball.bytes);
    const { manifest, bytes } = tarball;
    const { port } = server.address() as AddressInfo;
    const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    const dist = { tarball: `http://127.0.0.1:${port}/${manifest.name}.tgz`, integrity };
    const body = {
      name: manifest.name,
      "dist-tags": { latest: manifest.version },
      versions: { [manifest.version]: { ...manifest, dist } },
    };
    return response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() };
}
