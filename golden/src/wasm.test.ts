import { activateBackend } from "./activate-backend.ts";
import { goldenTests } from "./test/golden-tests.ts";

await goldenTests("backend wasm", () => activateBackend("wasm"));
