import { testArchitecture } from "@benn/core/testing";
import { myArchitecture } from "./index.ts";

testArchitecture("my-architecture", () => myArchitecture({ filters: 4, blocks: 2 }), { inputShape: [8, 8, 3], refuses: [2, 2, 3] });
