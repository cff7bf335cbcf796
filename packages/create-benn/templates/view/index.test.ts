import { testView } from "@benn/core/testing";
import { myView } from "./index.ts";

testView("my-view", () => myView);
