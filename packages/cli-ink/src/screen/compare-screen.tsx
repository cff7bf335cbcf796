import { Box, render, useInput, useStdin, useWindowSize } from "ink";
import { useState } from "react";
import { compareFrame, type CompareProps } from "./compare-frame.ts";
import { DrawLines } from "./draw-lines.tsx";
import { FrameBudget } from "./frame-budget.ts";
import { keyName } from "./key-name.ts";
import type { Looks } from "./looks.ts";
import { terminalOutput } from "./terminal-output.ts";
import { terminalStatus } from "./terminal-status.ts";
import { initialUi, press } from "./ui-state.ts";

type Compared = Pick<CompareProps, "runs" | "settings">;

/** Several runs on the terminal's alternate screen. */
export function compareScreen({ looks, quit, ...first }: Compared & { readonly looks: Looks; quit(): void }): {
  show(compared: Compared): void;
  close(): Promise<void>;
} {
  process.stdin.on("error", () => {});
  const output = terminalOutput();
  let next: Compared | undefined;
  const element = (compared: Compared) => <CompareApp {...compared} looks={looks} quit={quit} />;
  const status = terminalStatus((text) => void output.stream.write(text)); // the wheel scrolls here too
  const app = render(element(first), {
    stdout: output.stream,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    exitOnCtrlC: false,
    maxFps: 10,
  });
  const budget = new FrameBudget();
  const timer = setInterval(() => {
    if (!next || output.isBehind() || !budget.allows()) return;
    budget.begin();
    app.rerender(element(next));
    next = undefined;
  }, 100);
  return {
    show: (compared) => (next = compared),
    async close() {
      clearInterval(timer);
      status.close();
      app.unmount();
      await app.waitUntilExit();
      await output.drain();
    },
  };
}

function CompareApp({ runs, settings, looks: { theme, ascii, words }, quit }: Compared & { readonly looks: Looks; quit(): void }) {
  const { columns, rows } = useWindowSize();
  const [ui, setUi] = useState(initialUi);
  useInput(
    (input, key) => {
      const name = keyName(input, key);
      if ((key.ctrl && input === "c") || (!ui.typing && input === "q")) return quit();
      if (!name) return;
      const page = "name" in name && (name.name === "pageUp" || name.name === "pageDown") ? name.name : undefined;
      if (page) return setUi({ ...ui, scroll: Math.max(0, ui.scroll + (page === "pageUp" ? -5 : 5)) });
      const members = Array.from({ length: Math.max(1, ...runs.map(({ state }) => state.members.length)) }, (_, member) => member);
      setUi(press(ui, name, { views: [ui.view], members, focus: 0, page: rows, most: 0 }));
    },
    { isActive: useStdin().isRawModeSupported },
  );
  return (
    <Box flexDirection="column" height={rows} overflow="hidden">
      <DrawLines lines={compareFrame({ runs, settings, ui, columns, rows, words })} theme={theme} ascii={ascii} />
    </Box>
  );
}
