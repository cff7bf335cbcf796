import type { Vote } from "@benn/packed";
import { element } from "./element.ts";
import type { Answer, ModelFacts } from "./protocol.ts";
import { percent } from "./texts.ts";

/** Creates a seat for each member, waiting. */
export function seatJury({ members, testResults }: ModelFacts): void {
  element("jury", HTMLOListElement).replaceChildren(
    ...members.map(({ alpha }, i) => {
      const seat = document.createElement("li");
      seat.className = "waiting";
      const single = testResults?.singles[i];
      const facts = [`vote weight ${alpha.toPrecision(3)}`, ...(single === undefined ? [] : [`alone right on ${percent(single)}`])];
      seat.append(raisedHand(), span("member", `Member ${i + 1}`), span("class", "…"), span("bars", ""), span("facts", facts.join(", ")));
      return seat;
    }),
  );
}

function span(kind: string, text: string): HTMLSpanElement {
  return Object.assign(document.createElement("span"), { className: kind, textContent: text });
}

/** Shown for those that agree with the answer. */
function raisedHand(): HTMLSpanElement {
  const hand = span("hand", "");
  hand.setAttribute("aria-hidden", "true");
  return hand;
}

/** Shows the votes; members that agree with the answer raise their hands. */
export function showJury({ prediction, votes }: Answer, labels: readonly string[]): void {
  const asked = new Set(prediction.votes.map(({ member }) => member));
  for (const vote of votes) {
    const seat = element("jury", HTMLOListElement).children[vote.member];
    if (!seat) continue;
    const agrees = vote.class === prediction.class;
    const votesNow = asked.has(vote.member);
    seat.className = votesNow ? (agrees ? "agrees" : "differs") : "silent";
    const [, , own, bars] = seat.children;
    if (own) own.textContent = vote.label;
    const said = votesNow ? `${vote.label}${agrees ? ", as the answer" : ""}` : `${vote.label}, but was not asked`;
    seat.setAttribute("aria-label", `Member ${vote.member + 1}: ${said}`);
    if (bars) showBars(bars, vote, labels);
  }
}

/** A bar for each class; its height is the member's own probability. */
function showBars(bars: Element, { logits, class: winner }: Vote, labels: readonly string[]): void {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  bars.setAttribute("aria-hidden", "true");
  bars.replaceChildren(
    ...powers.map((power, i) => {
      const bar = document.createElement("i");
      bar.style.height = `${Math.max(3, Math.round((100 * power) / sum))}%`;
      bar.title = `${labels[i]}: ${percent(power / sum)}`;
      if (i === winner) bar.className = "most";
      return bar;
    }),
  );
}
