import { type Cost, type CostMatch, COSTS } from "./cost-comparison.ts";

const EQUAL: Readonly<Record<Cost, string>> = {
  bytes: "equal bytes",
  operations: "equal bit operations",
  milliseconds: "equal milliseconds",
};

type Verdict = "networks" | "bits" | "open";

/**
 * The answer in a sentence: for each cost whether more networks or more bits are better, compared with each network of more bits, if the
 * intervals of the differences allow a conclusion.
 * @param matches of all costs
 */
export function answerCosts(matches: readonly CostMatch[]): string {
  const parts = COSTS.flatMap(
    (cost) =>
      partOf(
        cost,
        matches.filter((match) => match.cost === cost),
      ) ?? [],
  );
  if (parts.length === 0) return "Nothing costs as much as anything else here, so there is no answer.";
  // A conclusion that holds for several costs is stated once.
  const grouped = Map.groupBy(parts, ({ text }) => text);
  const clauses = [...grouped].map(([text, own]) => `at ${listed(own.map(({ cost }) => EQUAL[cost]))} ${text}`);
  const sentence = clauses.join("; ");
  return `${sentence[0]!.toUpperCase()}${sentence.slice(1)}.`;
}

function partOf(cost: Cost, matches: readonly CostMatch[]): { readonly cost: Cost; readonly text: string } | undefined {
  if (matches.length === 0) return undefined;
  const against = (verdict: Verdict): string[] => matches.filter((match) => verdictOf(match) === verdict).map((match) => match.against);
  const [networks, bits, open] = [against("networks"), against("bits"), against("open")];
  const sides = [
    ...(networks.length > 0 ? [`more networks beat ${listed(networks)}`] : []),
    ...(bits.length > 0 ? [`${listed(bits)} beat more networks`] : []),
    ...(open.length > 0 ? [`it is too close to call against ${listed(open)}`] : []),
  ];
  return { cost, text: listed(sides, "while") };
}

/** If not even one 1-bit network is available at the price, there are only bits. */
function verdictOf({ difference }: CostMatch): Verdict {
  if (!difference) return "bits";
  const [low, high] = difference.interval;
  return low > 0 ? "networks" : high < 0 ? "bits" : "open";
}

/** `a, b and c`. */
function listed(words: readonly string[], last = "and"): string {
  if (words.length < 2) return words.join("");
  const comma = last === "and" ? "" : ",";
  return `${words.slice(0, -1).join(", ")}${comma} ${last} ${words.at(-1)}`;
}
