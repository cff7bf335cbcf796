import { readFileSync } from "node:fs";
import { join } from "node:path";

const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
/** What the README says before its first section, but for its title and its list of links. */
const opening = readme
  .slice(readme.indexOf("\n"), readme.indexOf("\n## "))
  .replace(/\nNew here\?.*/s, "")
  .replaceAll("](docs/dashboard.svg)", "](/docs/dashboard.svg)");

/** The first page: the README's opening, and where to go. */
export const homePage = `---
title: Binary ensemble neural networks in TypeScript
---

# benn
${opening}
## Where to begin

- **[Start in ten minutes](/start)**: train, evaluate and pack a first ensemble.
- **[Your own pictures](/data#your-own-pictures-step-by-step)**: one folder per class, three commands.
- **[How to](/how-to)**: your own network or scheme, resuming, many machines, a GPU, a web page, Python.
- **[Concepts in pictures](/concepts)**: binarization, bagging and boosting, votes, calibration.
- **[Reference](/reference/configuration)**: commands, configuration, contracts, events, files.
- **[Published runs](/results)**, and [how benn compares](/comparison) with other libraries.
- **[Troubleshooting](/troubleshooting)** and the [glossary](/glossary).
`;
