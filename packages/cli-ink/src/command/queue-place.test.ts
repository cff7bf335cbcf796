import { expect, test } from "vitest";
import { queuePlace } from "./queue-place.ts";

test("a queue is named by --on or the environment, which may have its password too", () => {
  expect(queuePlace(true, {}, { BENN_QUEUE_URL: "redis://:one@host" })).toEqual({ url: "redis://:one@host" });
  for (const [url, whole] of [
    ["redis://host:7000/2", "redis://:p%40%2Fss@host:7000/2"],
    ["rediss://benn@host", "rediss://benn:p%40%2Fss@host"],
    ["redis://benn:own@host", "redis://benn:own@host"],
  ] as const)
    expect(queuePlace(url, {}, { BENN_QUEUE_PASSWORD: "p@/ss" }).url).toBe(whole);
  expect(queuePlace("redis://host", { insecure: true, store: "s3://b" }, {})).toEqual({
    url: "redis://host",
    insecure: true,
    store: "s3://b",
  });
  expect(() => queuePlace(true, {}, {})).toThrow("--on: names no queue, and BENN_QUEUE_URL is not set");
});
