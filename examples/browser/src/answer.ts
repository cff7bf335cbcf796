import { element } from "./element.ts";
import type { Answer } from "./protocol.ts";
import { percent } from "./texts.ts";

/** Number of classes that are named. */
const FEW = 4;

/** Until the next answer, the displayed one belongs to another picture. */
export function markOld(): void {
  element("answer", HTMLDivElement).classList.add("old");
  element("answer", HTMLDivElement).setAttribute("aria-busy", "true");
}

/**
 * Shows the class, large, and its probability.
 * @param label the true class, if known
 */
export function showAnswer({ prediction }: Answer, labels: readonly string[], label: string | undefined): void {
  const { class: winner, label: own, votes, ran, members, probabilities, scores, voter } = prediction;
  const box = element("answer", HTMLDivElement);
  box.classList.remove("old");
  box.removeAttribute("aria-busy");
  const text = element("class", HTMLParagraphElement);
  text.textContent = own;
  if (label !== undefined) {
    const right = label === own;
    const mark = Object.assign(document.createElement("small"), {
      textContent: right ? "✓ as labelled" : `✗ labelled ${label}`,
      className: right ? "right" : "wrong",
    });
    text.append(" ", mark);
  }
  const agreeing = votes.filter((vote) => vote.class === winner).length;
  element("agreement", HTMLParagraphElement).textContent =
    `${agreeing} of ${ran} ${ran === 1 ? "member" : "members"} vote for it` +
    (ran < members ? `; ${members - ran} ${members - ran === 1 ? "was" : "were"} not asked` : "");
  const shares = probabilities ?? sharesOf(scores, votes, voter);
  const ranked = labels.map((name, i) => ({ name, share: shares[i] ?? 0 })).toSorted((a, b) => b.share - a.share);
  element("shares", HTMLOListElement).replaceChildren(
    ...ranked.slice(0, FEW).map(({ name, share }) => {
      const row = document.createElement("li");
      const bar = Object.assign(document.createElement("span"), { className: "bar" });
      bar.style.setProperty("--share", String(share));
      bar.setAttribute("aria-hidden", "true");
      row.append(
        Object.assign(document.createElement("span"), { textContent: name }),
        bar,
        Object.assign(document.createElement("b"), { textContent: percent(share) }),
      );
      return row;
    }),
  );
  element("calibration", HTMLParagraphElement).textContent = probabilities
    ? "Calibrated on pictures that were held out: of answers with 80 %, four in five are right."
    : "Shares of the vote, not calibrated.";
}

/** The vote's result for each class, as shares that add up to 1. */
function sharesOf(scores: Float64Array, votes: Answer["prediction"]["votes"], voter: string): Float64Array {
  const weight = votes.reduce((sum, { alpha }) => sum + Math.abs(alpha), 0) || 1;
  if (voter !== "soft") return scores.map((score) => Math.max(0, score) / weight);
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp((score - most) / weight));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
