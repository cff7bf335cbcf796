import type { Emitted } from "@benn/core/internals";
import { expect, test } from "vitest";
import { EventOrder } from "./event-order.ts";

const events = Array.from({ length: 9 }, (_, step): Emitted => ({
  type: "step",
  member: 0,
  epoch: 0,
  step,
  steps: 9,
  loss: 1,
  metrics: {},
}));

function order(said: number): { readonly heard: number[]; readonly order: EventOrder } {
  const heard: number[] = [];
  return { heard, order: new EventOrder(said, (event) => heard.push(event.type === "step" ? event.step : -1)) };
}

test("events that come twice, too early or not at all are passed on once each, in their order", () => {
  const { heard, order: own } = order(0);
  for (const nth of [0, 1, 1, 0, 3, 4]) own.live(nth, events[nth]!);
  expect(heard, "2 was lost on the way").toEqual([0, 1]);
  own.all(0, events.slice(0, 5));
  expect(heard).toEqual([0, 1, 2, 3, 4]);
  own.live(5, events[5]!);
  own.all(3, events.slice(3, 6));
  own.all(7, events.slice(7));
  expect(heard, "6 is not there yet").toEqual([0, 1, 2, 3, 4, 5]);
  own.all(6, events.slice(6));
  expect(heard).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test("what the run knew before is not said again", () => {
  const { heard, order: own } = order(4);
  own.live(3, events[3]!);
  own.all(0, events.slice(0, 6));
  expect(heard).toEqual([4, 5]);
});
