import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { loaded } from "./loaded.ts";

/** A stream that keeps what is written. */
function terminal(isTTY: boolean) {
  let text = "";
  const stream = new Writable({ write: (chunk: Buffer, _encoding, done) => ((text += chunk.toString()), done()) });
  return { stream: Object.assign(stream, { isTTY }) as unknown as NodeJS.WriteStream, text: () => text };
}

test("a terminal says that a command is loading, until it has loaded or failed", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const { stream, text } = terminal(true);
  const waiting = loaded(promise, stream, {});
  expect(text()).toBe("loading …");
  resolve(7);
  expect(await waiting).toBe(7);
  expect(text()).toBe("loading …\r\u001B[K");
  await expect(loaded(Promise.reject(new Error("no")), stream, {})).rejects.toThrow("no");
  expect(text().endsWith("\r\u001B[K")).toBe(true);
});

test("a pipe or a terminal without cursor control gets nothing", async () => {
  const pipe = terminal(false);
  expect(await loaded(Promise.resolve(1), pipe.stream, {})).toBe(1);
  const dumb = terminal(true);
  expect(await loaded(Promise.resolve(1), dumb.stream, { TERM: "dumb" })).toBe(1);
  expect(pipe.text() + dumb.text()).toBe("");
});
