import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A server on the loopback interface for the duration of the test; returns its address. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive.tar.gz`;
}

/**
 * Serves these bytes like a well-behaved server: with an ETag, and with range requests.
 * @param requests receives the range of each request
 * @param cutAfter returns the number of bytes after which to cut the connection, or undefined
 */
export function serveFile(
  bytes: Uint8Array,
  { requests = [], cutAfter = () => undefined }: { requests?: (string | undefined)[]; cutAfter?: () => number | undefined } = {},
): Promise<string> {
  return serve((request, response) => {
    requests.push(request.headers.range);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const rest = bytes.subarray(from);
    response.setHeader("etag", '"v1"');
    response.setHeader("content-length", rest.length);
    if (from > 0) response.setHeader("content-range", `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
    response.writeHead(from > 0 ? 206 : 200);
    const end = cutAfter();
    if (end === undefined) response.end(rest);
    // With a delay, so that a busy client has read them: unread bytes are lost when the connection is cut.
    else response.write(rest.subarray(0, end), () => setTimeout(() => response.destroy(), 300));
  });
}
