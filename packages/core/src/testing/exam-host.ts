// What exams are written with: vitest's functions under vitest, and those of `runExam` where a program runs them. Exams import them from here.
import type * as Vitest from "vitest";

type ExamHost = Pick<typeof Vitest, "afterAll" | "afterEach" | "beforeAll" | "describe" | "expect" | "onTestFinished" | "test">;

/** `runExam` puts its own there before exams are imported. */
const given = (globalThis as { readonly [key: symbol]: ExamHost | undefined })[Symbol.for("benn.exam-host")];
const host: ExamHost = given ?? (await import("vitest"));

export const afterAll: ExamHost["afterAll"] = host.afterAll;
export const afterEach: ExamHost["afterEach"] = host.afterEach;
export const beforeAll: ExamHost["beforeAll"] = host.beforeAll;
export const describe: ExamHost["describe"] = host.describe;
export const expect: ExamHost["expect"] = host.expect;
export const onTestFinished: ExamHost["onTestFinished"] = host.onTestFinished;
export const test: ExamHost["test"] = host.test;
