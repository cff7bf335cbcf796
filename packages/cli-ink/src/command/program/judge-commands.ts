import type { Command } from "commander";
import type { CompareOptions } from "../compare.ts";
import type { EvalOptions } from "../eval.ts";
import { exitHelp } from "../exit-codes.ts";
import type { ReportOptions } from "../report.ts";
import type { SelectOptions } from "../select.ts";
import type { StabilityOptions } from "../stability.ts";
import { withExamples } from "./examples.ts";
import { loaded } from "./loaded.ts";
import { bitList, collect, partOfOne, seed, seedList, split, splitList, wholeNumber } from "./option-values.ts";
import { withBackend, withConfig, withData, withParallel, withPlugin, withRunData, withSplit } from "./shared-options.ts";

/** Commands that evaluate runs, and choose among trained members. */
export function addJudgeCommands(program: Command): void {
  addEval(program);
  addReport(program);
  addSelect(program);
  addCompare(program);
  addStability(program);
}

function addEval(program: Command): void {
  const command = program.command("eval").summary("Evaluate a run: accuracy, classes, diversity, calibration.");
  command
    .description("Evaluate a run: accuracy of its members and votes, classes, diversity, calibration and risk.")
    .argument("<run>", "run folder");
  withSplit(command)
    .option("--splits <list>", "splits to measure, separated by commas (default: train,validation,test)", splitList)
    .option("--all", "print tables in full")
    .option("--again", "re-evaluate every member, and check the result against what was stored in training")
    .option("--mirror", "average each member's logits over an image and its mirror image; takes twice the time");
  withRunData(command).option("--backend <name>", "compute backend, where something has to be computed (default: the run's)");
  withPlugin(command)
    .option("--json", "as JSON, with everything: docs/eval.md")
    .action(async (run: string, options: EvalOptions) => {
      const { evaluate } = await loaded(import("../eval.ts"));
      await evaluate(run, options);
    });
  withExamples(command, [
    ["eval runs/NAME", "the answer first, then the details"],
    ["eval runs/NAME --on validation", "on validation images, with the test images left alone"],
    ["eval runs/NAME --mirror", "with the mirror image of each image"],
    ["eval runs/NAME --json", "everything, for programs"],
  ]).addHelpText("after", exitHelp("nothing was written"));
}

function addReport(program: Command): void {
  const command = program.command("report").summary("Write a run, or several, as one HTML file.");
  command
    .description(
      "Write a run as one HTML file: what its vote reaches, what is suspicious, charts, images, and how it was made. See docs/report.md.",
    )
    .argument("<run...>", "run folders; the curves of several are overlaid, and their differences listed")
    .option("--out <file>", "file to write (default: NAME.html)");
  withSplit(command)
    .option("--twin <run>", "run of the same network with real-valued weights, to compare with")
    .option("--preset <name>", "recipe to compare the configuration with (default: the nearest)")
    .option("--no-time", "do not time the packed model, so that the same run gives the same bytes");
  withPlugin(withRunData(command))
    .option("--json", "print the file's path and size as JSON")
    .action(async (runs: string[], options: ReportOptions) => {
      const { report } = await loaded(import("../report.ts"));
      await report(runs, options);
    });
  withExamples(command, [
    ["report runs/NAME", "write NAME.html, which opens from disk"],
    ["report runs/NAME --twin runs/REAL", "beside its real-valued baseline"],
    ["report runs/ONE runs/OTHER --out both.html", "two runs in one page"],
  ]).addHelpText("after", exitHelp("nothing was written"));
}

function addSelect(program: Command): void {
  const command = program.command("select").summary("Choose members by their votes on validation images.");
  command
    .description("Choose members of runs on the same data by their votes on validation images, and write them as a new run.")
    .argument("<run...>", "run folders")
    .option("--budget <cost>", "upper limit for the packed ensemble: 300kB of file, or 2ms per image on this machine")
    .option("--voter <name>", "voting rule (default: the first run's)")
    .option("--metric <name>", "metric to maximise or minimise (default: the first run's first metric)")
    .option("--bags <n>", "selections to add up, each from a random part of the members; 1: one selection from all", wholeNumber, 20)
    .option("--share <part>", "part of the members in each bag (default: half, at least eight)", partOfOne)
    .option("--steps <n>", "greedy steps per bag; the best number of them is found", wholeNumber, 50)
    .option("--seed <n>", "seed of bags and intervals", seed, 0)
    .option("--on <split>", "split to choose on; only validation is allowed", split, "validation")
    .option("--name <name>", "name of the new run (default: the first run's, with -selected)")
    .option("--out <dir>", "folder that gets the new run's folder", "runs")
    .option("--dry-run", "show the curve and the choice, and write nothing")
    .option("--all", "print the whole curve")
    .option("--no-whitening", "leave the matrix of a whitened dataset out of the cost, as export --no-whitening does");
  withPlugin(withRunData(command))
    .option("--json", "as JSON: docs/select.md")
    .action(async (runs: string[], options: SelectOptions) => {
      const { select } = await loaded(import("../select.ts"));
      await select(runs, options);
    });
  withExamples(command, [
    ["select runs/NAME", "the members whose vote is best on validation images"],
    ["select runs/A runs/B --budget 300kB", "from two runs, in a file of at most 300 kB"],
    ["select runs/A runs/B --budget 2ms --dry-run", "what 2 ms per image would buy"],
  ]).addHelpText("after", exitHelp("no run was written"));
}

function addCompare(program: Command): void {
  const command = program.command("compare").summary("More bits per network, or more networks per bit?");
  command
    .description(
      "More bits per network, or more networks per bit? Train ensembles of 1-bit networks, networks of more bits and the real-valued baseline, and compare them at equal bytes, bit operations and milliseconds.",
    )
    .argument("[plan]", "file that says what to compare: docs/compare.md (default: a small plan on the built-in sample)");
  withConfig(command)
    .option("--members <n>", "1-bit networks in the largest ensemble (default: 4)", wholeNumber)
    .option("--bits <list>", "bits of the other networks' weights and activations, 2 to 8, or none (default: 2,4)", bitList)
    .option("--quantizer <name>", "binarizer of those networks (default: lsq)")
    .option("--seeds <list>", "seeds, at least two, separated by commas (default: 0,1,2)", seedList)
    .option("--name <name>", "prefix of the run folders' names")
    .option("--out <dir>", "folder for the run folders; finished runs in it are reused", "runs")
    .option("--from <dir>", "another folder to take runs from (repeatable)", collect)
    .option("--report <file>", "also write an HTML page")
    .option("--no-time", "measure no milliseconds, so that the same runs give the same bytes")
    .option("--dry-run", "list the runs, and train nothing")
    .option("--all", "print tables in full");
  withPlugin(withParallel(withBackend(withData(command))))
    .option("--json", "as JSON, with everything: docs/compare.md")
    .action(async (file: string | undefined, options: Omit<CompareOptions, "file">) => {
      const { compare } = await loaded(import("../compare.ts"));
      await compare({ ...options, ...(file === undefined ? {} : { file }) });
    });
  withExamples(command, [
    ["compare", "a small comparison on the built-in photographs, in minutes"],
    ["compare --members 8 --bits 2,3,4 --report compare.html", "a larger one, with a page"],
    ["compare --set architecture=resnet20 architecture.width=0.5 --seeds 0,1", "another architecture"],
    ["compare results/compare/nin-half.json --data DIR", "the plan for all of CIFAR-10"],
  ]).addHelpText("after", "\nIf it is stopped, trained members are kept; the same command resumes.");
}

function addStability(program: Command): void {
  const command = program.command("stability").summary("Measure how far a run's answers move under noise.");
  command
    .description(
      "Measure how far the answers of a run move under noise on weights, activations and images, for votes of 1, 2, … members. With several runs that differ only by seed, also how much retraining changes.",
    )
    .argument("<run...>", "run folder; then runs that differ only by seed, to compare with")
    .option("--weights <shares>", "shares of weight bits to flip, separated by commas; or none", "1%,2%,5%")
    .option("--activations <shares>", "shares of activation bits to flip; or none", "1%,2%,5%")
    .option("--images <deviations>", "standard deviations of noise on prepared images, or with px in pixel values; or none", "0.1,0.2,0.4")
    .option("--draws <n>", "random draws of each noise; intervals are over these", wholeNumber, 8)
    .option("--rows <n>", "test images to measure noise on, a random part of larger sets", wholeNumber, 500)
    .option("--seed <n>", "seed of images, noise and intervals", seed, 0)
    .option("--voter <name>", "voting rule (default: the run's)")
    .option("--keep", "store the result in the run folder as stability.json; benn report then shows it")
    .option("--all", "print tables in full");
  withRunData(command).option("--backend <name>", "compute backend (default: the run's)");
  withPlugin(command)
    .option("--json", "as JSON, with everything: docs/stability.md")
    .action(async (runs: string[], options: StabilityOptions) => {
      const { stability } = await loaded(import("../stability.ts"));
      await stability(runs, options);
    });
  withExamples(command, [
    ["stability runs/NAME", "noise of three kinds, at three levels each"],
    ["stability runs/NAME --weights 0.1%,1%,10% --activations none --images 8px", "levels of your own"],
    ["stability runs/SEED-0 runs/SEED-1 runs/SEED-2", "also how much retraining changes"],
    ["stability runs/NAME --keep", "store it for benn report"],
  ]).addHelpText("after", exitHelp("nothing was written"));
}
