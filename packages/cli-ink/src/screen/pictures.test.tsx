import xterm from "@xterm/headless";
import { render } from "ink";
import { Writable } from "node:stream";
import sharp from "sharp";
import { decode } from "sixel";
import { expect, test } from "vitest";
import { parseCell, parsePictures, type PictureProtocol, withoutAnswers } from "./ask-terminal.ts";
import { DrawLines } from "./draw-lines.tsx";
import { encodePicture } from "./encode-picture.ts";
import { type Line, line, type PlacedPicture } from "./line.ts";
import { passing } from "./passing.ts";
import { PictureLayer } from "./picture-layer.ts";
import { chooseTheme } from "./theme.ts";

const ESC = "\u001B";
const cell = { width: 10, height: 20 };
/** Four pixels: red, green, blue, white. */
const four: PlacedPicture = {
  name: "four",
  columns: 4,
  rows: 2,
  width: 2,
  height: 2,
  rgb: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255),
};

test.for([
  ["kitty", `${ESC}_Gi=4211;OK${ESC}\\${ESC}]1337;Capabilities=FSx${ESC}\\${ESC}[6;20;10t${ESC}[?62;4c`, "kitty"],
  ["iTerm2", `${ESC}]1337;Capabilities=T3CwLrMSc7UUw9Ts3BFGsSyHNoSxF${ESC}\\${ESC}[6;20;10t${ESC}[?62;4c`, "iterm2"],
  ["one whose features only begin with F", `${ESC}]1337;Capabilities=T3FrGs${ESC}\\${ESC}[?62;22c`, undefined],
  ["one with sixels", `${ESC}[6;20;10t${ESC}[?62;4;22c`, "sixel"],
  ["one with sixels and cells of unknown size", `${ESC}[?62;4;22c`, undefined],
  ["one of class 4 without sixels", `${ESC}[6;20;10t${ESC}[?4;22c`, undefined],
  ["kitty's that refuses", `${ESC}_Gi=4211;ENOTSUPPORTED:no${ESC}\\${ESC}[?62c`, undefined],
  ["none that answers", "", undefined],
] as const)("pictures go to a terminal as it says that it takes them: %s", ([, answer, protocol]) => {
  expect(parsePictures(answer)).toBe(protocol);
});

test("a cell's size is what the terminal says, and keys that were typed meanwhile are left", () => {
  expect(parseCell(`${ESC}[6;18;9t`)).toEqual({ width: 9, height: 18 });
  expect(parseCell(`${ESC}[6;0;0t`)).toBeUndefined();
  const answers = `${ESC}]11;rgb:0/0/0${ESC}\\q${ESC}_Gi=4211;OK${ESC}\\${ESC}]1337;Capabilities=F\u0007x${ESC}[6;20;10t${ESC}[?62;4c7`;
  expect(withoutAnswers(answers)).toBe("qx7");
});

test("what is sent to kitty are the pixels, in chunks that it takes", async () => {
  const large = { ...four, width: 60, height: 60, rgb: Uint8Array.from({ length: 60 * 60 * 3 }, (_, i) => i % 251) };
  const text = await encodePicture(large, { protocol: "kitty", cell }, 7);
  const chunks = text.split(`${ESC}\\`).slice(0, -1);
  expect(chunks[0]).toContain("a=T,f=24,s=60,v=60,c=4,r=2,i=7,p=1,C=1,q=2,m=1;");
  expect(chunks.at(-1)).toContain("m=0;");
  const payloads = chunks.map((chunk) => chunk.slice(chunk.indexOf(";") + 1));
  expect(Math.max(...payloads.map(({ length }) => length))).toBeLessThanOrEqual(4096);
  expect(new Uint8Array(Buffer.from(payloads.join(""), "base64"))).toEqual(large.rgb);
});

test("what is sent to iTerm2 is a PNG of the pixels", async () => {
  const text = await encodePicture(four, { protocol: "iterm2", cell }, 1);
  // eslint-disable-next-line no-control-regex
  const [, keys = "", base64 = ""] = /\]1337;File=([^:]*):([\w+/=]+)\u0007/.exec(text) ?? [];
  expect(keys).toContain("width=4;height=2");
  const { data } = await sharp(Buffer.from(base64, "base64")).raw().toBuffer({ resolveWithObject: true });
  expect(new Uint8Array(data)).toEqual(four.rgb);
});

test("sixels are as large as the cells, and have the picture's colours", async () => {
  const text = await encodePicture(four, { protocol: "sixel", cell }, 1);
  const { width, height, data32 } = decode(text.slice(text.indexOf("q") + 1, -2));
  expect([width, height]).toEqual([40, 40]);
  const at = (x: number, y: number): number => (data32[y * width + x] ?? 0) & 0xffffff;
  expect([at(5, 5), at(35, 5), at(5, 35), at(35, 35)]).toEqual([0x0000ff, 0x00ff00, 0xff0000, 0xffffff]);
});

test("a photograph's many colours come near enough in sixels", async () => {
  const color = (x: number, y: number): number[] => [8 * x, 8 * y, 255 - 4 * (x + y)];
  const rgb = new Uint8Array(3072);
  for (let i = 0; i < 1024; i++) rgb.set(color(i % 32, Math.floor(i / 32)), 3 * i);
  const photo = { ...four, columns: 16, rows: 8, width: 32, height: 32, rgb };
  const text = await encodePicture(photo, { protocol: "sixel", cell }, 1);
  const { width, height, data32 } = decode(text.slice(text.indexOf("q") + 1, -2));
  expect([width, height]).toEqual([160, 160]);
  const off = Array.from({ length: 1024 }, (_, i) => {
    const [x, y] = [i % 32, Math.floor(i / 32)];
    const found = data32[(5 * y + 2) * width + 5 * x + 2] ?? 0;
    return Math.max(...color(x, y).map((value, channel) => Math.abs(value - ((found >> (8 * channel)) & 255))));
  });
  expect(off.reduce((a, b) => a + b, 0) / off.length).toBeLessThan(20);
});

/** A terminal that records pictures by position, and removes those that text overwrites. */
function terminal(protocol: PictureProtocol) {
  const emulator = new xterm.Terminal({ cols: 40, rows: 10, allowProposedApi: true, convertEol: true });
  const got: [number, number][] = [];
  let all = "";
  const note = (): boolean => {
    got.push([emulator.buffer.active.cursorX, emulator.buffer.active.cursorY]);
    return true;
  };
  emulator.parser.registerDcsHandler({ final: "q" }, note);
  emulator.parser.registerOscHandler(1337, note);
  const stream = new Writable({
    decodeStrings: true,
    write(bytes: Buffer, _encoding, done) {
      all += bytes.toString();
      emulator.write(bytes, done);
    },
  });
  Object.defineProperties(stream, { isTTY: { value: true }, columns: { value: 40 }, rows: { value: 10 } });
  const layer = new PictureLayer({ protocol, cell }, (text) => void stream.write(text));
  const draw = (lines: readonly Line[]) => {
    layer.place(lines);
    return <DrawLines lines={lines} theme={chooseTheme("dark", undefined)} ascii={false} />;
  };
  const settle = async (): Promise<void> => {
    for (let before = -1; before !== all.length;) {
      before = all.length;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await new Promise<void>((resolve) => emulator.write("", resolve));
  };
  const text = (): string[] =>
    Array.from({ length: 4 }, (_, row) => emulator.buffer.active.getLine(row)?.translateToString(true).trimEnd() ?? "");
  return { stream: stream as unknown as NodeJS.WriteStream, layer, draw, settle, got, text, bytes: () => all };
}

const blank = { text: "    " };
const withPicture = (head: string, beside: string): Line[] => [
  line(head),
  line("ab ", { ...blank, picture: four }, ` ${beside}`),
  line("   ", blank),
  line("end"),
];

test.for(["sixel", "iterm2"] as const)(
  "Ink draws around a picture of %s: it is drawn again when its lines change, and gone when the view is left",
  async (protocol) => {
    const { stream, layer, draw, settle, got, text, bytes } = terminal(protocol);
    const app = render(draw(withPicture("one", "x")), {
      stdout: passing(stream, layer.pass),
      incrementalRendering: true,
      interactive: true,
      patchConsole: false,
      alternateScreen: true,
    });
    await settle();
    expect(got).toEqual([[3, 1]]);
    expect(text()).toEqual(["one", "ab      x", "", "end"]);
    app.rerender(draw(withPicture("two", "x"))); // next to its lines: it stays
    await settle();
    expect(got).toHaveLength(1);
    app.rerender(draw(withPicture("two", "yz")));
    await settle();
    expect(got).toEqual([
      [3, 1],
      [3, 1],
    ]);
    expect(text()).toEqual(["two", "ab      yz", "", "end"]);
    const before = bytes().length;
    app.rerender(draw([line("three"), line("abcdefghij"), [], line("end")]));
    await settle();
    expect(got).toHaveLength(2);
    expect(text()).toEqual(["three", "abcdefghij", "", "end"]);
    // The blanks come first: Ink does not rewrite text that was blank before, so these cells must be blank.
    const after = bytes().slice(before);
    expect(after.indexOf(`${ESC}[3;4H    `)).toBeGreaterThanOrEqual(0);
    expect(after.indexOf(`${ESC}[3;4H    `)).toBeLessThan(after.indexOf("hij"));
    layer.close();
    app.unmount();
  },
);

test("kitty's pictures are deleted with the view, and when the screen is closed", async () => {
  const { stream, layer, draw, settle, bytes } = terminal("kitty");
  const app = render(draw(withPicture("one", "x")), {
    stdout: passing(stream, layer.pass),
    incrementalRendering: true,
    interactive: true,
    patchConsole: false,
  });
  await settle();
  expect(bytes()).toContain("_Ga=T");
  expect(bytes()).not.toContain("_Ga=d,d=A");
  layer.redraw(); // as after a resize
  await settle();
  expect(bytes().split("_Ga=T")).toHaveLength(3);
  const before = bytes().length;
  layer.close();
  expect(bytes().slice(before)).toContain("_Ga=d,d=A");
  app.unmount();
});
