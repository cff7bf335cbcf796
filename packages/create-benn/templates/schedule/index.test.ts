import { testSchedule } from "@benn/core/testing";
import { mySchedule } from "./index.ts";

testSchedule("my-schedule", () => mySchedule);
