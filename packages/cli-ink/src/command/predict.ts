import { buffer } from "node:stream/consumers";
import { UserError } from "@benn/core";
import { load, type Picture, type Prediction, type VoteName } from "@benn/packed";
import sharp from "sharp";
import { table } from "../run/format.ts";
import { print } from "./print.ts";

interface PredictCommandOptions {
  readonly voter?: VoteName;
  readonly anytime?: boolean;
  readonly json?: boolean;
}

/** `benn predict`: classes of picture files, or of standard input for "-". */
export async function predict(model: string, pictures: readonly string[], { voter, anytime, json }: PredictCommandOptions): Promise<void> {
  const packed = await load(model);
  const answers: { picture: string; prediction: Prediction; milliseconds: number }[] = [];
  for (const picture of pictures) {
    const image = await decode(picture);
    const start = performance.now();
    const prediction = packed.predict(image, { ...(voter === undefined ? {} : { voter }), ...(anytime === undefined ? {} : { anytime }) });
    answers.push({ picture, prediction, milliseconds: performance.now() - start });
  }
  print(json ? answers.map((answer) => `${JSON.stringify(asJson(answer))}\n`).join("") : `${predictionLines(answers).join("\n")}\n`);
}

async function decode(picture: string): Promise<Picture> {
  try {
    const source = picture === "-" ? await buffer(process.stdin) : picture;
    const { data, info } = await sharp(source).rotate().toColourspace("srgb").removeAlpha().raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (cause) {
    const name = picture === "-" ? "standard input" : picture;
    throw new UserError(
      `predict: ${name} cannot be read as a picture: ${cause instanceof Error ? cause.message.split("\n")[0] : String(cause)}. Give PNG, JPEG or WebP.`,
      {
        cause,
      },
    );
  }
}

function asJson({
  picture,
  prediction,
  milliseconds,
}: {
  readonly picture: string;
  readonly prediction: Prediction;
  readonly milliseconds: number;
}): object {
  const { votes, scores, ...rest } = prediction;
  return {
    picture,
    ...rest,
    scores: [...scores],
    votes: votes.map(({ logits, ...vote }) => ({ ...vote, logits: [...logits] })),
    milliseconds: Number(milliseconds.toFixed(3)),
  };
}

/** A row a picture. */
export function predictionLines(
  answers: readonly { readonly picture: string; readonly prediction: Prediction; readonly milliseconds: number }[],
): string[] {
  return table(
    [
      ["picture", "class", "members for it", "members run", "ms"],
      ...answers.map(({ picture, prediction: { label, votes, class: winner, ran, members }, milliseconds }) => [
        picture,
        label,
        `${votes.filter((vote) => vote.class === winner).length} of ${ran}`,
        `${ran} of ${members}`,
        milliseconds.toFixed(1),
      ]),
    ],
    { left: 2 },
  );
}
