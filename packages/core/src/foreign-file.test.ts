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

test.for([
  ["an archive packed with bzip2", text("BZh91AY&SY")],
  ["an archive packed with bzip2", text("BZh1")],
  ["an archive packed with xz", Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 9)],
  ["an archive packed with Zstandard", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 9)],
  ["a 7-Zip archive", Uint8Array.of(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 9)],
  ["a RAR archive", text("Rar!\x1a\x07")],
  ["an HDF5 file", text("\x89HDF\r\n\x1a\n")],
  ["a MATLAB file", text("MATLAB 5.0 MAT-file, Platform: GLNXA64")],
  ["a Parquet file", text("PAR1\x15\x04")],
  ["a pickle of Python", text("\x80\x02}q")],
  ["a pickle of Python", text("\x80\x05\x95")],
  ["a page of the web", text("\xef\xbb\xbf  \n<!doctype   HTML>")],
  ["a page of the web", text("<body class=x>")],
  ["what is left of a link", text("images/p-0.jpeg")],
  ["what is left of a link", text("./a.b/c d.x")],
] as const)("%s is known, whichever of its kinds it is", ([what, bytes]) => {
  expect(foreignFile(bytes)?.what).toMatch(new RegExp(`^${what}`));
});

test("what only begins alike is nothing that is known", () => {
  for (const bytes of [
    text("BZh0"),
    text("\x80\x01"),
    text("\x80\x06"),
    text("\x80"),
    text("\x7f\x03"),
    text("Rar"),
    text("xBZh9"),
    text("<!doctype>"),
    text("<!doctypehtml>"),
    text("x <html>"),
    text("<htmlish>"),
    text("images/p-0.jpeg and more"),
    text("images/p-0.jpegformat"),
    text("images/p*0.jpeg"),
    text("a line: images/p-0.jpeg"),
    text(`${"a/".repeat(300)}p.jpg`),
    text(`${"a/".repeat(254)}p.jpg`), // the first 512 bytes end like a file name
    Buffer.concat([text("PK\x03\x05"), Buffer.alloc(40)]),
  ])
    expect(foreignFile(bytes)?.what).toBeUndefined();
});
