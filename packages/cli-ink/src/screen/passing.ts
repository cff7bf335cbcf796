/** The stream, with everything written to it transformed by a function. */
export function passing(stream: NodeJS.WriteStream, pass: (text: string) => string): NodeJS.WriteStream {
  return new Proxy(stream, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (key !== "write") return typeof value === "function" ? (value.bind(target) as unknown) : value;
      return (text: string, ...rest: []) => target.write(text === "" ? text : pass(text), ...rest);
    },
  });
}
