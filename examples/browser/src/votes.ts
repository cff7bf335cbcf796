import type { PackedModel, Prediction, Vote } from "@benn/packed";
import { element } from "./element.ts";

/** A row for each member, waiting. */
export function showMembers(members: PackedModel["members"]): void {
  element("members", HTMLOListElement).replaceChildren(
    ...members.map(({ alpha }, i) => {
      const row = document.createElement("li");
      row.className = "waiting";
      row.append(part("member", `Member ${i + 1}`), part("class", "…"), part("bars", ""));
      row.title = `alpha ${alpha.toPrecision(3)}`;
      return row;
    }),
  );
}

function part(kind: string, text: string): HTMLSpanElement {
  const span = document.createElement("span");
  span.className = kind;
  span.textContent = text;
  return span;
}

/** Shows a member's vote: its class, and a bar for each class, the largest logit the full height. */
export function showVote({ member, label, class: winner, logits }: Vote, labels: readonly string[]): void {
  const row = element("members", HTMLOListElement).children[member];
  const [, name, bars] = row?.children ?? [];
  if (!row || !name || !bars) return;
  row.className = "";
  row.setAttribute("data-class", label);
  name.textContent = label;
  const [least, most] = [Math.min(...logits), Math.max(...logits)];
  bars.replaceChildren(
    ...Array.from(logits, (logit, i) => {
      const bar = document.createElement("i");
      bar.style.height = `${most > least ? Math.round((100 * (logit - least)) / (most - least)) : 0}%`;
      bar.title = `${labels[i]}: ${logit.toPrecision(4)}`;
      if (i === winner) bar.className = "most";
      return bar;
    }),
  );
}

/** Shows the answer; members that did not run are left waiting. */
export function showAnswer({ label, ran, members, votes, scores }: Prediction, labels: readonly string[]): void {
  const answer = element("answer", HTMLParagraphElement);
  const agreeing = votes.filter((vote) => vote.label === label).length;
  const small = document.createElement("small");
  small.textContent = `${agreeing} of ${ran} members say so${ran < members ? `; the other ${members - ran} could not change it` : ""}`;
  answer.replaceChildren(label, small);
  for (const [i, row] of [...element("members", HTMLOListElement).children].entries()) {
    row.classList.toggle("agrees", row.getAttribute("data-class") === label && i < ran);
    if (i >= ran) row.className = "waiting";
  }
  const ranked = labels.map((name, i) => [name, scores[i] ?? 0] as const).toSorted(([, a], [, b]) => b - a);
  element("scores", HTMLParagraphElement).textContent = `Scores: ${ranked
    .slice(0, 3)
    .map(([name, score]) => `${name} ${score.toFixed(2)}`)
    .join(", ")}`;
}

/** Name and value, a row each. */
export function showFacts(facts: Readonly<Record<string, string>>): void {
  element("facts", HTMLTableSectionElement).replaceChildren(
    ...Object.entries(facts).map(([name, value]) => {
      const row = document.createElement("tr");
      for (const text of [name, value]) row.append(Object.assign(document.createElement("td"), { textContent: text }));
      return row;
    }),
  );
}
