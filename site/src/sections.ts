/** A page of the site: its title in the navigation, and the Markdown page of the repository that it is. */
export type PageOf = readonly [title: string, source: string];

/** A page that is made from the code: its title, and its place on the site. */
export type MadePage = readonly [title: string, made: { readonly place: string }];

export interface Section {
  readonly title: string;
  readonly pages: readonly (PageOf | MadePage)[];
}

/** The navigation, in reading order. Every page of `docs` is in it. */
export const sections: readonly Section[] = [
  {
    title: "Start",
    pages: [
      ["Ten minutes", "docs/start.md"],
      ["Your own pictures", "docs/data.md"],
    ],
  },
  {
    title: "How to",
    pages: [
      ["Overview", "docs/how-to.md"],
      ["Choose a recipe", "docs/training.md"],
      ["Use the dashboard", "docs/dashboard.md"],
      ["Write a plugin", "docs/plugins.md"],
      ["Use benn from a program", "docs/applications.md"],
      ["Evaluate a run", "docs/eval.md"],
      ["Compare bits and members", "docs/compare.md"],
      ["Select members", "docs/select.md"],
      ["Measure stability", "docs/stability.md"],
      ["Report a run", "docs/report.md"],
      ["Classify pictures", "docs/predict.md"],
      ["Train on a cluster", "docs/clusters.md"],
      ["Train by a queue", "docs/queue.md"],
      ["Choose a backend", "docs/backends.md"],
      ["Import PyTorch checkpoints", "docs/import-torch.md"],
      ["Complete commands in a shell", "docs/completion.md"],
      ["Examples", "examples/README.md"],
    ],
  },
  {
    title: "Concepts",
    pages: [
      ["Concepts in pictures", "docs/concepts.md"],
      ["Reliability", "docs/reliability.md"],
      ["The engine", "docs/engine.md"],
      ["Architecture of the code", "docs/architecture.md"],
      ["Glossary", "docs/glossary.md"],
    ],
  },
  {
    title: "Reference",
    pages: [
      ["Commands", { place: "reference/commands" }],
      ["Configuration", { place: "reference/configuration" }],
      ["Plugins that come with benn", { place: "reference/built-in" }],
      ["Contracts", { place: "reference/contracts" }],
      ["Events", { place: "reference/events" }],
      ["Errors and exit codes", { place: "reference/errors" }],
      ["Run folder", "docs/run-format.md"],
      ["The .benn file", "docs/packed.md"],
      ["Internals", "docs/internals.md"],
      ["Every page", "docs/README.md"],
    ],
  },
  {
    title: "Results",
    pages: [
      ["Published runs", "results/README.md"],
      ["Speedrun", "results/speedrun.md"],
      ["How benn compares", "docs/comparison.md"],
    ],
  },
  {
    title: "Help",
    pages: [
      ["Troubleshooting", "docs/troubleshooting.md"],
      ["Changelog", { place: "changelog" }],
      ["Contributing", "CONTRIBUTING.md"],
    ],
  },
];
