import { NORMALIZE_RELU, PASS_UNIT_NORMALIZED } from "./constants/operations.ts";
import { type Formula, OPERATIONS } from "./formula.ts";

/** One instruction of a program: computes a formula from inputs that earlier instructions compute. */
export interface Instruction {
  readonly code: number;
  readonly formula: Formula;
  readonly inputs: readonly Formula[];
  readonly block: Formula["block"];
}

/** What a rule may know about the program around an instruction. */
interface Surroundings {
  /** Whether nothing else in the program needs the formula, so that no register has to hold its values. */
  isOnlyHere(formula: Formula): boolean;
  /** The ReLU of a formula, if it is computed before this instruction. */
  reluOf(formula: Formula): Formula | undefined;
}

/** A rule that replaces an instruction by one with bit-identical results. */
interface Fusion {
  readonly name: string;
  /** Why the bits are the same. */
  readonly proof: string;
  /** Returns the replacement, or undefined if the rule does not apply. A formula that it no longer needs may not be computed at all. */
  apply(instruction: Instruction, surroundings: Surroundings): Instruction | undefined;
}

const isNormalized = (formula: Formula | undefined): formula is Formula => formula?.operation === "normalize";

/** In this order, each over the whole program. */
export const FUSIONS: readonly Fusion[] = [
  {
    name: "a gate by a ReLU's input is a gate by its output",
    proof: "max(b, 0) > 0 just where b > 0; of NaN neither is",
    apply(instruction, { reluOf }) {
      const [a, b] = instruction.inputs;
      const relu = instruction.formula.operation === "passPositive" ? reluOf(b!) : undefined;
      return relu && { ...instruction, inputs: [a!, relu] };
    },
  },
  {
    name: "a batch norm and its ReLU are one instruction",
    proof: "it normalizes by the same operations in the same order, and takes the maximum with 0 in a register instead of from memory",
    apply(instruction, { isOnlyHere }) {
      const [a] = instruction.inputs;
      if (instruction.formula.operation !== "relu" || !isNormalized(a) || !isOnlyHere(a)) return undefined;
      return { ...instruction, code: NORMALIZE_RELU, inputs: a.inputs, block: a.block };
    },
  },
  {
    name: "the gradient of a sign behind a batch norm is one instruction",
    proof: "it normalizes by the same operations in the same order, and compares with ±1 in a register instead of from memory",
    apply(instruction, { isOnlyHere }) {
      const [a, b] = instruction.inputs;
      if (instruction.formula.operation !== "passUnit" || !isNormalized(b) || !isOnlyHere(b)) return undefined;
      return { ...instruction, code: PASS_UNIT_NORMALIZED, inputs: [a!, b.inputs[0]!], block: b.block };
    },
  },
];

/**
 * The fused instructions that compute formulas, without unneeded ones.
 * @param order each formula after its inputs
 */
export function fuse(order: readonly Formula[], results: readonly Formula[]): Instruction[] {
  const plain = order.map((formula) => {
    const { operation, inputs, block } = formula;
    return { code: OPERATIONS[operation], formula, inputs, block };
  });
  const program = FUSIONS.reduce<Instruction[]>((before, { apply }) => {
    const uses = usesIn(before);
    return before.map((instruction, at) => {
      const surroundings: Surroundings = {
        isOnlyHere: (formula) => uses.get(formula) === 1 && !results.includes(formula),
        reluOf: (of) => before.slice(0, at).findLast(({ formula }) => formula.operation === "relu" && formula.inputs[0] === of)?.formula,
      };
      return apply(instruction, surroundings) ?? instruction;
    });
  }, plain);
  const uses = usesIn(program);
  return program.filter(({ formula }) => results.includes(formula) || uses.has(formula));
}

/** How many instructions need each formula. */
function usesIn(program: readonly Instruction[]): ReadonlyMap<Formula, number> {
  const uses = new Map<Formula, number>();
  for (const { inputs } of program) for (const input of inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  return uses;
}
