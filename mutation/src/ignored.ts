import type { Ignorer } from "@stryker-mutator/api/ignore";
import type { babel } from "@stryker-mutator/instrumenter";

/** Words between words: a sentence for people, which may be reworded without breaking a rule. */
const SENTENCE = /[\p{L}\p{N}.,:;)"'`’…] [\p{L}\p{N}("'`‘–]/u;
const TEXT_KEYS = new Set(["description", "summary", "advice"]);
const TEXT_CALLS = new Set(["describe", "meta"]);

/** What is not mutated, with the reason: its change could not break a rule. */
export const ignored: Ignorer = {
  shouldIgnore(path) {
    const { node, parent, parentPath } = path as babel.NodePath;
    const inArguments = (parent?.type === "NewExpression" || parent?.type === "CallExpression") && parent.arguments.includes(node as never);
    if (inArguments && parent.callee.type === "Identifier" && parent.callee.name.endsWith("Error")) return "text of an error";
    if (inArguments && parent.callee.type === "MemberExpression" && parent.callee.property.type === "Identifier")
      if (TEXT_CALLS.has(parent.callee.property.name)) return "text of a schema";
    if (parent?.type === "ObjectProperty" && parent.value === node && parent.key.type === "Identifier" && TEXT_KEYS.has(parent.key.name))
      return "text of a description";
    const literals =
      node.type === "StringLiteral" ? [node.value] : node.type === "TemplateLiteral" ? node.quasis.map((part) => part.value.raw) : [];
    if (SENTENCE.test(literals.join("x")) && parentPath?.type !== "ImportDeclaration") return "a sentence for people";
    return undefined;
  },
};
