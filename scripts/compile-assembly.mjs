// AssemblyScript to WebAssembly, and the types of what comes of it: the assembly/build.mjs of each package calls these.
import { globSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

// TypeScript has no decorators on functions, so that neither its compiler nor any formatter or linter reads `@inline` there. The line
// says the same in a comment, of as many characters, and no position in the file moves.
const INLINE = /^\/\/ @inline$/gm;
// Where it re-exports, AssemblyScript takes a path's ".ts" for a part of the name.
const EXTENSION = /(?<=\bfrom "\.[^"]*)\.ts(?=")/g;

// A folder without an index has one made of the functions that are marked so, which TypeScript calls: another kernel is another file.
const CALLABLE = /^\/\/ @callable\n(?:\/\/ @inline\n)?export function (\w+)/gm;

function madeIndex(root, folder) {
  const files = globSync(`${folder}/*.ts`, { cwd: root }).toSorted();
  const parts = files.map((file) => {
    const names = [...readFileSync(join(root, file), "utf8").matchAll(CALLABLE)].map(([, name]) => name);
    return names.length > 0 ? `export { ${names.join(", ")} } from "./${basename(file, ".ts")}";\n` : "";
  });
  return parts.join("");
}

/** A source as AssemblyScript's compiler reads it. What both languages read, in src/constants, it has as literals. */
function read(root, file) {
  try {
    const text = readFileSync(join(root, file), "utf8").replace(INLINE, "@inline   ").replace(EXTENSION, "");
    return file.startsWith("src/constants/") ? text.replace(/^export const/gm, "@inline $&") : text;
  } catch {
    return file === "assembly/index.ts" ? madeIndex(root, dirname(file)) : null;
  }
}

/**
 * Compiles an entry, a path from the package's folder, with these options of `asc`.
 * @returns the module's bytes
 * @throws Error with the compiler's messages
 */
export async function compileAssembly(root, entry, options) {
  const { default: asc } = await import("assemblyscript/asc");
  let wasm;
  const flags = [entry, "--baseDir", root, "--outFile", "kernels.wasm", "--runtime", "stub", "-O3", "--noAssert", ...options];
  const messages = asc.createMemoryStream();
  const { error } = await asc.main(flags, {
    stderr: messages,
    readFile: (file, folder) => read(folder, file),
    writeFile(name, contents) {
      if (name.endsWith(".wasm")) wasm = contents;
    },
  });
  if (error) throw new Error(`the kernels do not compile:\n${messages.toString()}`, { cause: error });
  return wasm;
}

/** The functions that a module exports, in the order of its entry: parameters' names, whether they return anything, the comment before. */
async function functionsOf(root, entry) {
  const { CommonFlags, newOptions, newProgram, NodeKind, parse } = await import("assemblyscript/dist/assemblyscript.js");
  const functionsIn = (file) => {
    const text = read(root, file);
    const program = newProgram(newOptions());
    parse(program, text, file, true);
    const { statements } = program.sources.find(({ normalizedPath }) => normalizedPath === file);
    const functions = statements.filter(({ kind }) => kind === NodeKind.FunctionDeclaration);
    return {
      statements,
      functions: functions.map((declaration) => ({ ...describe(declaration, text), isExported: declaration.is(CommonFlags.Export) })),
    };
  };
  const { statements, functions } = functionsIn(entry);
  const others = statements.filter(({ kind, path }) => kind === NodeKind.Export && path !== null);
  return [
    ...functions.filter(({ isExported }) => isExported),
    ...others.flatMap(({ members, path }) => {
      const { functions: some } = functionsIn(`${join(dirname(entry), path.value)}.ts`);
      return members.map(({ localName }) => some.find(({ name }) => name === localName.text));
    }),
  ];
}

function describe({ name, signature, range }, text) {
  const before = text.slice(0, range.start).replace(/(?:\/\/ @callable\s*)?(?:@inline\s*)?(?:export\s*)?$/, "");
  return {
    name: name.text,
    parameters: signature.parameters.map((parameter) => parameter.name.text),
    returns: signature.returnType.name.identifier.text !== "void",
    comment: /\/\*\*(?:(?!\*\/)[^])*\*\/\s*$/.exec(before)?.[0].trim() ?? "",
  };
}

/** Whether a pool of threads may share a function's work: it takes a range of it, and scratch of the thread's own. */
const isSplit = ({ parameters }) => parameters.slice(0, 3).join() === "from,to,scratch";

function member({ name, parameters, returns, comment }, comments) {
  const numbers = parameters.map((parameter) => `${parameter}: number`);
  const result = returns ? "number" : "void";
  const line = `  readonly ${name}: (${numbers.join(", ")}) => ${result};\n`;
  const type =
    line.length <= 141 ? line : `  readonly ${name}: (\n${numbers.map((number) => `    ${number},\n`).join("")}  ) => ${result};\n`;
  return (comments && comment ? `  ${comment.replace(/\n/g, "\n  ")}\n` : "") + type;
}

/**
 * A TypeScript file with the types of a module's functions, named as in its entry. Every number of WebAssembly is a number.
 * @param names of the interfaces: of all functions, or of those that can be split and of the others
 */
export async function signaturesOf(root, entry, { split, whole, comments = true }) {
  const functions = await functionsOf(root, entry);
  const type = (name, about, some) =>
    `${comments ? `/** ${about} */\n` : ""}export interface ${name} {\n${some.map((one) => member(one, comments)).join("")}}\n`;
  const parts = split
    ? [
        type(split, "Work that can be split: from … to of it, with scratch of a thread's own.", functions.filter(isSplit)),
        type(
          whole,
          "Functions that the calling thread runs at once.",
          functions.filter((one) => !isSplit(one)),
        ),
      ]
    : [type(whole, `The functions of ${entry}.`, functions)];
  return `// Made by assembly/build.mjs of ${entry}, not to be changed by hand.\n\n${parts.join("\n")}`;
}

/** Writes a file in one piece, since tests of several packages may build at once. */
export function writeWhole(file, contents) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, contents);
  renameSync(`${file}.${process.pid}`, file);
}

/** When the newest of what a module is made of was changed: this file and those that match. */
export function newestOf(root, ...patterns) {
  return Math.max(...[import.meta.filename, ...globSync(patterns, { cwd: root }).map((file) => join(root, file))].map(modifiedAt));
}

/** 0 where there is no such file. */
export function modifiedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
