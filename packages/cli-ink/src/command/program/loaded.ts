/**
 * The module that a command consists of. To load one may take a second, and several on a busy machine: a terminal says so, where it would be
 * blank and show the keys that are pressed.
 */
export async function loaded<T>(module: Promise<T>, terminal: NodeJS.WriteStream = process.stderr, env = process.env): Promise<T> {
  if (!terminal.isTTY || env["TERM"] === "dumb") return await module;
  terminal.write("loading …");
  try {
    return await module;
  } finally {
    terminal.write("\r\u001B[K");
  }
}
