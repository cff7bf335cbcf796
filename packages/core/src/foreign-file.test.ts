import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { foreignFile } from "./foreign-file.ts";
import { writeSafetensors } from "./safetensors.ts";

const text = (value: string): Uint8Array => Buffer.from(value, "latin1");

test.for([
  ["empty", new Uint8Array(0)],
  ["a pointer of Git LFS", text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n")],
  ["a page of the web", text("\n<!DOCTYPE html>\n<html><head>")],
  ["a page of the web", text("<HTML>login</HTML>")],
  ["a page of the web", text('<?xml version="1.0"?><html xmlns="x">')],
  ["what is left of a link", text("/nowhere/p9.jpg")],
  ["what is left of a link", text("../train data/n1/p-0.JPEG")],
  ["an archive packed with gzip", gzipSync("anything")],
  ["an archive of NumPy arrays", Buffer.concat([text("PK\x03\x04"), Buffer.alloc(26), text("train_data.npy\x93NUMPY")])],
  ["a zip archive", Buffer.concat([text("PK\x03\x04"), Buffer.alloc(26), text("net/data.pkl")])],
  ["a tar archive", Buffer.concat([text("name"), Buffer.alloc(253), text("ustar")])],
  ["a NumPy array", text("\x93NUMPY\x01\0")],
  ["a safetensors file", writeSafetensors({ metadata: { format: "x" }, tensors: new Map() })],
  ["a pickle of Python", text("\x80\x04\x95")],
] as const)("%s is known by its first bytes", ([what, bytes]) => {
  expect(foreignFile(bytes)?.what).toMatch(new RegExp(`^${what}`));
  expect(foreignFile(bytes)?.remedy).toMatch(/\.$/);
});

test("raw bytes and other text are nothing that is known", () => {
  for (const bytes of [
    new Uint8Array(5000),
    text("a line of text"),
    text("and/or"),
    text("1/2.5\n"),
    text("<record/>"),
    text('{"format": 1}'),
  ])
    expect(foreignFile(bytes)).toBeUndefined();
});
