// The figures of docs/concepts.md. Their numbers are computed here by the rules that they explain.
import { box, cells, differing, down, type Figure, INNER, labelled, MARGIN, text, WIDTH } from "./figure-parts.ts";

/** A chart's frame and the way from its numbers to the page. */
function chart(top: number, height: number, [low, high]: readonly [number, number], left = MARGIN, width = INNER) {
  const y = (value: number): number => round(top + height - ((value - low) / (high - low)) * height);
  const x = (share: number): number => round(left + share * width);
  const frame = `<rect x="${left}" y="${top}" width="${width}" height="${height}" class="work"/>`;
  return { x, y, frame };
}

const round = (value: number): number => Math.round(value * 10) / 10;
const path = (points: readonly (readonly [number, number])[]): string =>
  `<path class="line" d="M${points.map((point) => point.join(" ")).join("L")}"/>`;
const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** The sign that a layer computes, and the gradient that training uses in its place. */
export function signAndGradient(): Figure {
  const [low, high] = [-2, 2];
  const share = (value: number): number => (value - low) / (high - low);
  const sign = chart(62, 130, [-1.5, 1.5]);
  const gradient = chart(250, 130, [-0.5, 1.5]);
  const steps = (of: (value: number) => number, { x, y }: ReturnType<typeof chart>): string => {
    const values = Array.from({ length: 401 }, (_, i) => low + ((high - low) * i) / 400);
    // Straight up where it jumps.
    return path(
      values.flatMap((value, i) => [
        ...(i > 0 ? [[x(share(value)), y(of(values[i - 1]!))] as const] : []),
        [x(share(value)), y(of(value))] as const,
      ]),
    );
  };
  const ticks = ({ x }: ReturnType<typeof chart>, below: number): string[] =>
    [-2, -1, 0, 1, 2].map((value) =>
      text(x(share(value)), below, String(value).replace("-", "−"), {
        look: "note",
        anchor: value === -2 ? "start" : value === 2 ? "end" : "middle",
      }),
    );
  return {
    label:
      "Forward, a layer takes the sign of x; backward, the straight-through estimator passes the gradient unchanged where x is from −1 to 1",
    height: 440,
    parts: [
      text(MARGIN, 30, "Binarization and its gradient", { look: "title" }),
      text(MARGIN, 54, "Forward: sign(x), 1 bit", { look: "note" }),
      sign.frame,
      steps((value) => (value >= 0 ? 1 : -1), sign),
      ...ticks(sign, 208),
      text(MARGIN, 242, "Backward: 1 where |x| ≤ 1, else 0", { look: "note" }),
      gradient.frame,
      steps((value) => (Math.abs(value) <= 1 ? 1 : 0), gradient),
      ...ticks(gradient, 396),
      text(MARGIN, 424, "The true derivative of sign is 0 almost everywhere.", { look: "note" }),
    ],
  };
}

/** A product of 1-bit vectors: XNOR, and a count of bits. */
export function xnorAndPopcount(): Figure {
  const [inputs, weights] = ["10110100", "11010110"];
  const same = Array.from(inputs, (bit, i) => (bit === weights[i] ? "1" : "0")).join("");
  const differ = differing(inputs, weights);
  const n = inputs.length;
  return {
    label: "The product of two vectors of signs is their number of elements less twice the number of differing bits",
    height: 366,
    parts: [
      text(MARGIN, 30, "A product of signs, without multiplying", { look: "title" }),
      text(MARGIN, 66, "inputs", { look: "note" }),
      cells(MARGIN + 84, 48, inputs),
      text(MARGIN, 106, "weights", { look: "note" }),
      cells(MARGIN + 84, 88, weights),
      down(WIDTH / 2, 118, 140),
      text(MARGIN, 162, "XNOR: 1 where both bits are equal", { look: "note" }),
      text(MARGIN, 192, "equal", { look: "note" }),
      cells(MARGIN + 84, 174, same),
      down(WIDTH / 2, 204, 226),
      labelled(MARGIN, 226, INNER, "memory", [
        `popcount: ${n - differ} of ${n} are equal`,
        `sum = ${n} − 2 × ${differ} = ${String(n - 2 * differ).replace("-", "−")}`,
      ]),
      down(WIDTH / 2, 274, 296),
      text(MARGIN, 318, "Batch norm and the next sign are one comparison of this", { look: "note" }),
      text(MARGIN, 336, "sum with a threshold per channel.", { look: "note" }),
    ],
  };
}

/** Which samples the members of a bagged and of a boosted ensemble train on. */
export function baggingAndBoosting(): Figure {
  const samples = 8;
  // Drawn with replacement: rows that a member draws twice are trained on twice.
  const draws = [
    [0, 0, 2, 3, 5, 5, 6, 7],
    [1, 1, 2, 3, 4, 6, 6, 7],
    [0, 2, 3, 3, 4, 5, 7, 7],
  ];
  const wrong = [
    [2, 5],
    [5, 6],
  ];
  const weights = [Array.from({ length: samples }, () => 1 / samples)];
  for (const missed of wrong) weights.push(adaBoost(weights.at(-1)!, missed));
  const side = INNER / (samples + 2);
  const bars = (values: readonly number[], top: number, highest: number): string[] =>
    values.map((value, i) => {
      const height = round((value / highest) * 44);
      return height === 0
        ? ""
        : `<rect x="${round(MARGIN + (i + 2) * side + 3)}" y="${top + 48 - height}" width="${round(side - 6)}" height="${height}" class="one"/>`;
    });
  const row = (values: readonly number[], i: number, top: number, highest: number): string[] => [
    text(MARGIN, top + 42, `member ${i + 1}`, { look: "note" }),
    `<path class="line" d="M${MARGIN + 2 * side} ${top + 48}H${MARGIN + INNER}"/>`,
    ...bars(values, top, highest),
  ];
  const counts = draws.map((own) => Array.from({ length: samples }, (_, sample) => own.filter((drawn) => drawn === sample).length));
  const heaviest = Math.max(...weights.flat());
  return {
    label: "In bagging each member draws its own samples; in boosting samples that a member misclassified weigh more for the next",
    height: 488,
    parts: [
      text(MARGIN, 30, "What each member trains on", { look: "title" }),
      text(MARGIN, 54, "Bagging: how often each of 8 samples is drawn", { look: "note" }),
      ...counts.flatMap((own, i) => row(own, i, 58 + 56 * i, 2)),
      text(MARGIN, 258, "Boosting: the weight of each sample", { look: "note" }),
      ...weights.flatMap((own, i) => row(own, i, 262 + 56 * i, heaviest)),
      ...wrong.map((missed, i) =>
        text(MARGIN, 452 + 18 * i, `Member ${i + 1} missed samples ${missed.map((row) => row + 1).join(" and ")}.`, { look: "note" }),
      ),
    ],
  };
}

/** AdaBoost with two classes: what was missed weighs half of all afterwards. */
function adaBoost(weights: readonly number[], missed: readonly number[]): number[] {
  const error = missed.reduce((sum, row) => sum + weights[row]!, 0);
  return weights.map((weight, row) => weight / (2 * (missed.includes(row) ? error : 1 - error)));
}

/** Three members' scores of one picture, of which the hard and the soft vote make different classes. */
export function votes(): Figure {
  const classes = ["cat", "dog", "ship"];
  const logits = [
    [2.0, 1.8, 0.1],
    [1.5, 1.4, 0.3],
    [0.2, 2.6, 0.4],
  ];
  const best = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores));
  const hard = classes.map((_, label) => logits.filter((own) => best(own) === label).length);
  const soft = classes.map((_, label) => round(logits.reduce((sum, own) => sum + own[label]!, 0)));
  const side = 84;
  const line = (name: string, values: readonly number[], top: number, digits: number): string[] => [
    text(MARGIN, top + 20, name),
    ...values.map((value, i) => {
      const left = MARGIN + 130 + i * side;
      const cell = box(left, top, side - 8, 30, best(values) === i ? "hit" : "work");
      return cell + text(left + (side - 8) / 2, top + 20, value.toFixed(digits), { anchor: "middle" });
    }),
  ];
  return {
    label: `Three members' logits for one picture: the hard vote is ${classes[best(hard)]!}, the soft vote ${classes[best(soft)]!}`,
    height: 306,
    parts: [
      text(MARGIN, 30, "One picture, three members, two votes", { look: "title" }),
      ...classes.map((name, i) => text(MARGIN + 130 + i * side + (side - 8) / 2, 58, name, { look: "note", anchor: "middle" })),
      ...logits.flatMap((own, i) => line(`member ${i + 1}`, own, 66 + 36 * i, 1)),
      ...line("hard vote", hard, 190, 0),
      ...line("soft vote", soft, 226, 1),
      text(MARGIN, 284, "Highlighted: the class of each row, with its highest score.", { look: "note" }),
    ],
  };
}

/** What a temperature does to probabilities. */
export function calibration(): Figure {
  const classes = ["cat", "dog", "ship"];
  const logits = [4, 2.5, 0];
  const softmax = (temperature: number): number[] => {
    const powers = logits.map((logit) => Math.exp(logit / temperature));
    return powers.map((power) => power / powers.reduce((sum, one) => sum + one, 0));
  };
  const block = (temperature: number, top: number): string[] => [
    text(MARGIN, top, `temperature ${temperature}`, { look: "note" }),
    ...softmax(temperature).flatMap((share, i) => {
      const y = top + 10 + 28 * i;
      return [
        text(MARGIN, y + 16, classes[i]!),
        `<rect x="${MARGIN + 56}" y="${y}" width="${round(share * (INNER - 116))}" height="22" class="one"/>`,
        text(WIDTH - MARGIN, y + 16, percent(share), { anchor: "end" }),
      ];
    }),
  ];
  return {
    label: "The same scores at two temperatures: the class stays, the probabilities become less extreme",
    height: 306,
    parts: [
      text(MARGIN, 30, "Calibration by a temperature", { look: "title" }),
      ...block(1, 58),
      ...block(2, 166),
      text(MARGIN, 284, "Held-out images choose the temperature.", { look: "note" }),
    ],
  };
}
