import { testDataset } from "@benn/core/testing";
import { myDataset, myDatasetOptions } from "./index.ts";

testDataset("my-dataset", () => myDataset(myDatasetOptions.parse({ crop: 1 })));
