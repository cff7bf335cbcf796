import ts from "typescript";

export interface Field {
  readonly name: string;
  readonly isOptional: boolean;
  readonly type: string;
  readonly doc: string;
}

export interface Described {
  readonly name: string;
  readonly doc: string;
  /** Of an interface: its members, methods included. */
  readonly fields: readonly Field[];
}

/** The exported interfaces of a TypeScript file, with what their comments say. */
export function readInterfaces(text: string): Described[] {
  const file = ts.createSourceFile("source.ts", text, ts.ScriptTarget.Latest, true);
  return file.statements.filter(ts.isInterfaceDeclaration).map((node) => ({
    name: node.name.text,
    doc: docOf(node),
    fields: node.members.map((member) => fieldOf(member, file)),
  }));
}

/** The exported classes of a TypeScript file, with what their comments say. */
export function readClasses(text: string): Described[] {
  const file = ts.createSourceFile("source.ts", text, ts.ScriptTarget.Latest, true);
  return file.statements.filter(ts.isClassDeclaration).map((node) => ({ name: node.name?.text ?? "", doc: docOf(node), fields: [] }));
}

function fieldOf(member: ts.TypeElement, file: ts.SourceFile): Field {
  const name = member.name?.getText(file) ?? "";
  const isOptional = member.questionToken !== undefined;
  const signature = ts.isPropertySignature(member) ? (member.type?.getText(file) ?? "unknown") : member.getText(file).replace(/;$/, "");
  return { name, isOptional, type: withoutComments(signature), doc: docOf(member) };
}

const withoutComments = (type: string): string =>
  type
    .replaceAll(/\/\*\*.*?\*\//gs, "")
    .replaceAll(/\s+/g, " ")
    .trim();

function docOf(node: ts.Node): string {
  const own = ts.getJSDocCommentsAndTags(node).findLast(ts.isJSDoc);
  return (own ? (ts.getTextOfJSDocComment(own.comment) ?? "") : "").replaceAll(/\s+/g, " ").trim();
}
