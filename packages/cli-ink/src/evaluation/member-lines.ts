import type { EnsembleEvaluation, MemberPair } from "@benn/analysis";
import type { SplitName } from "@benn/core";
import { count, percent, short } from "../run/format.ts";
import { cut, intervalCell, percentCell, tableLines } from "./cells.ts";
import { SPLIT_WORDS } from "@benn/analysis";

/** Maximum number of members in a short table. */
const MOST_MEMBERS = 16;

/** The diversity of the members. */
export function diversityLines({ members, vote: { diversity } }: EnsembleEvaluation): string[] {
  const { pairs, disagreement, doubleFault, kappa } = diversity;
  if (pairs.length === 0) return [];
  const voting = members.filter(({ alpha }) => alpha !== undefined);
  const nameOf = (place: number): string => String((voting[place]?.member ?? Number.NaN) + 1);
  const row = (what: string, pair: Omit<MemberPair, "first" | "second">): string[] => [
    what,
    percentCell(pair.disagreement),
    percentCell(pair.doubleFault),
    short(pair.kappa),
  ];
  const pairRow = (what: string, pair: MemberPair): string[] => row(`${what}, ${nameOf(pair.first)} and ${nameOf(pair.second)}`, pair);
  const [least, most] = [
    (a: MemberPair, b: MemberPair) => a.disagreement <= b.disagreement,
    (a: MemberPair, b: MemberPair) => a.disagreement >= b.disagreement,
  ].map((before) => pairs.reduce((a, b) => (before(a, b) ? a : b)));
  return [
    "Diversity: how often two members answer differently, and how often both are wrong",
    "",
    ...tableLines([
      ["pair", "disagree %", "both wrong %", "Cohen's κ"],
      row(`mean of ${count(pairs.length)}`, { disagreement, doubleFault, kappa }),
      ...(pairs.length > 1 ? [pairRow("most alike", least!), pairRow("least alike", most!)] : []),
    ]),
  ];
}

/** Each member alone, and what it fixed and broke when it joined the vote. */
export function memberLines({ members, splits, vote }: EnsembleEvaluation, { all }: { readonly all: boolean }): string[] {
  const looked = splits[vote.on];
  if (!looked) return [];
  const others = (Object.keys(splits) as SplitName[]).filter((name) => name !== vote.on);
  const kinds = members.map(({ architecture, binarizer }) => `${architecture}, ${binarizer}`);
  const alike = kinds.every((kind) => kind === kinds[0]);
  const votingPlace = new Map(
    members.flatMap(({ alpha }, place) => (alpha === undefined ? [] : [place])).map((place, nth) => [place, nth]),
  );
  const changes = (place: number): string[] => {
    const nth = votingPlace.get(place);
    const change = nth === undefined ? undefined : vote.fixedAndBroke[nth - 1];
    return change ? [count(change.fixed), count(change.broke)] : ["–", "–"];
  };
  const shown = all ? members : members.slice(0, MOST_MEMBERS);
  return [
    `Members alone, accuracy %, and images that joining the vote fixed and broke${alike ? `; all are ${kinds[0]}` : ""}`,
    "",
    ...tableLines(
      [
        [
          "member",
          ...(alike ? [] : ["net"]),
          ...others.map((name) => SPLIT_WORDS[name]),
          SPLIT_WORDS[vote.on],
          "95 %",
          "alpha",
          "fixed",
          "broke",
        ],
        ...shown.map(({ member, alpha }, place) => [
          String(member + 1),
          ...(alike ? [] : [cut(kinds[place] ?? "", 16)]),
          ...others.map((name) => percentCell(splits[name]?.members[place]?.accuracy)),
          percentCell(looked.members[place]?.accuracy),
          intervalCell(looked.members[place]!.interval),
          alpha === undefined ? "no vote" : short(alpha),
          ...changes(place),
        ]),
      ],
      { left: alike ? 1 : 2 },
    ),
    ...(shown.length < members.length ? [`${count(members.length - shown.length)} more members: --all shows them.`, ""] : []),
  ];
}

/** Whether members that were run again agree with what was stored. */
export function agreementLines({ members }: EnsembleEvaluation): string[] {
  const shares = members.flatMap(({ member, agreement }) =>
    (Object.entries(agreement) as [SplitName, number][]).map(([split, share]) => ({ member, split, share })),
  );
  if (shares.length === 0) return [];
  const differing = shares.filter(({ share }) => share < 1);
  if (differing.length === 0) return ["Every member gives every image the class that was stored when it was trained."];
  return differing.map(
    ({ member, split, share }) =>
      `Member ${member + 1} gives ${percent(share)} of ${SPLIT_WORDS[split]} images the class that was stored when it was trained.`,
  );
}
