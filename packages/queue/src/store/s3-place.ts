import { randomUUID } from "node:crypto";
import { UserError, z } from "@benn/core";
import { AwsClient } from "aws4fetch";
import type { BlobPlace } from "./blob-store.ts";

const mark = z.object({ id: z.uuid() });

/**
 * S3-compatible storage: `s3://BUCKET/FOLDER`, for providers other than Amazon with `?endpoint=https://HOST` and `&region=REGION`. Keys
 * come from the environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`), never from the queue.
 */
export async function s3Place(address: string, env: Readonly<Record<string, string | undefined>> = process.env): Promise<BlobPlace> {
  const url = new URL(address);
  const region = url.searchParams.get("region") ?? env["AWS_REGION"] ?? "us-east-1";
  const endpoint = url.searchParams.get("endpoint") ?? env["AWS_ENDPOINT_URL"] ?? `https://s3.${region}.amazonaws.com`;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = env;
  const title = `store s3://${url.host}${url.pathname === "/" ? "" : url.pathname}`;
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new UserError(
      `${title}: needs the environment's AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Set them for every worker, and here.`,
    );
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    service: "s3",
    region,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  });
  const base = `${endpoint.replace(/\/$/, "")}/${url.host}${url.pathname.replace(/\/$/, "")}`;

  const ask = async (path: string, init: RequestInit, passes: readonly number[]): Promise<Response> => {
    const response = await client.fetch(`${base}/${path}`, init).catch((cause: unknown) => {
      const said = cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : String(cause);
      throw new UserError(`${title}: cannot be reached at ${endpoint}: ${said.replace(/\.$/, "")}. Check the address.`, { cause });
    });
    if (response.ok || passes.includes(response.status)) return response;
    throw new UserError(`${title}: ${init.method ?? "GET"} of ${path} was refused with ${response.status}. Check keys, bucket and region.`);
  };
  const own = JSON.stringify({ id: randomUUID() });
  // If the id file exists already, storage that supports the condition refuses this write with 412; otherwise the last write wins.
  if ((await ask("benn-store.json", {}, [404])).status === 404)
    await ask("benn-store.json", { method: "PUT", body: own, headers: { "If-None-Match": "*" } }, [409, 412]);
  const found = mark.safeParse(await (await ask("benn-store.json", {}, [])).json());
  if (!found.success) throw new UserError(`${title}: benn-store.json is not the mark of a store. Name another folder of the bucket.`);
  return {
    id: found.data.id,
    title,
    async write(sha256, bytes) {
      await ask(`blobs/${sha256}`, { method: "PUT", body: Uint8Array.from(bytes) }, []);
    },
    async read(sha256, bytes) {
      const response = await ask(`blobs/${sha256}`, {}, [404]);
      if (response.status === 404 || Number(response.headers.get("content-length")) !== bytes) {
        await response.body?.cancel();
        return undefined;
      }
      return new Uint8Array(await response.arrayBuffer());
    },
    async remove(sha256) {
      await ask(`blobs/${sha256}`, { method: "DELETE" }, [404]);
    },
  };
}
