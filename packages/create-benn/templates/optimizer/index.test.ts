import { testOptimizer } from "@benn/core/testing";
import { myOptimizer } from "./index.ts";

testOptimizer("my-optimizer", () => myOptimizer(0.9));
