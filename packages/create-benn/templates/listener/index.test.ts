import { testListener } from "@benn/core/testing";
import { myListener } from "./index.ts";

testListener("my-listener", myListener);
