// The parts used of two packages that have no types for these files.
declare module "jasmine-core/lib/jasmine-core/jasmine.js" {
  interface Environment {
    configure(options: { random: boolean; specFilter: (spec: { getFullName(): string }) => boolean }): void;
    addReporter(reporter: {
      specDone(result: {
        fullName: string;
        status: "passed" | "failed" | "pending" | "excluded";
        failedExpectations: readonly { readonly message: string }[];
      }): void;
      jasmineDone(): void;
    }): void;
    execute(): Promise<unknown>;
  }
  interface JasmineRequire {
    core(required: JasmineRequire): { getEnv(options: { suppressLoadErrors: boolean }): Environment };
    interface(jasmine: object, environment: Environment): object;
  }
  const required: JasmineRequire;
  export default required;
}
declare module "@tensorflow/tfjs-core/dist/tests.js";
