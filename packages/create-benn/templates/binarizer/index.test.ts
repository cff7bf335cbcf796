import { testBinarizer } from "@benn/core/testing";
import { myBinarizer } from "./index.ts";

testBinarizer("my-binarizer", () => myBinarizer);
