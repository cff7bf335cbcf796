/** What of a template is other than in the others. */
export interface Kind {
  /** One line for help. */
  readonly title: string;
  /** What else it imports besides @benn/core. */
  readonly imports: readonly ("@benn/binarize" | "@benn/data-kit")[];
  /** How a run takes it; `NAME` stands for its name. */
  readonly use: string;
}

/** Each kind has a folder of that name in templates/. */
export const KINDS: Readonly<Record<string, Kind>> = {
  scheme: { title: "ensemble scheme: a boosting", imports: [], use: "--set scheme=NAME" },
  voter: { title: "vote: a Borda count", imports: [], use: "--set voter=NAME" },
  architecture: {
    title: "network: a small binary one",
    imports: ["@benn/binarize"],
    use: "--set architecture=NAME",
  },
  binarizer: { title: "binarizer: signs with the gradient of tanh", imports: [], use: "--set binarizer=NAME" },
  dataset: { title: "dataset: images in memory", imports: ["@benn/data-kit"], use: "--set dataset=NAME" },
  optimizer: { title: "optimizer: momentum", imports: [], use: "--set optimizer=NAME" },
  schedule: { title: "learning rate schedule: a straight line", imports: [], use: "--set schedule=NAME" },
  loss: { title: "loss: smoothed cross-entropy", imports: [], use: "--set loss=NAME" },
  metric: { title: "metric: balanced accuracy", imports: [], use: `--set 'metrics=["accuracy","NAME"]'` },
  listener: { title: "listener: a file of members", imports: [], use: "--set listeners=NAME" },
  view: { title: "view of the dashboard: a count", imports: [], use: "" },
  backend: { title: "backend: plain JavaScript", imports: [], use: "--backend NAME" },
};
