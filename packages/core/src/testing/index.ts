export { type ArchitectureExam, testArchitecture } from "./test-architecture.ts";
export { testBackend } from "./test-backend.ts";
export { testBinarizer } from "./test-binarizer.ts";
export { testDataset } from "./test-dataset.ts";
export { testListener } from "./test-listener.ts";
export { testScheme } from "./test-scheme.ts";
export { testVoter } from "./test-voter.ts";
