import { testBackend } from "@benn/core/testing";
import { myBackend } from "./index.ts";

testBackend("my-backend", () => myBackend);
