import { testLoss } from "@benn/core/testing";
import { myLoss } from "./index.ts";

testLoss("my-loss", () => myLoss(0.1));
