import { inject } from "vitest";

/** Settings with which a run takes seconds: real photographs, real engine, little of both. */
export const quick: readonly string[] = [
  "--set",
  "dataset.source=folder",
  `dataset.data=${inject("photographs")}`,
  "dataset.trainRows=120",
  "dataset.testRows=60",
  "batchSize=40",
  "epochs=2",
  "members=2",
  "architecture.width=0.0625",
  "checkpointSeconds=0",
];
