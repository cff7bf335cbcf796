import { UserError } from "@benn/core";

/** Packages that only some users need, which the command therefore does not bring; by the names that others import them by. */
const INSTALL: Readonly<Record<string, string>> = {
  "@benn/backend-webgpu": "npm install @benn/backend-webgpu webgpu",
  "@benn/queue": "npm install @benn/queue",
  "@benn/tensorboard": "npm install @benn/tensorboard",
  sharp: "npm install sharp",
};

/** The command that gets an optional package. */
export function installCommand(name: string): string {
  return INSTALL[name] ?? `npm install ${name}`;
}

/** Whether an import failed because that package is not installed, rather than because of something within it. */
export function isAbsent(error: unknown, name: string): boolean {
  const { code, message = "" } = error as Partial<NodeJS.ErrnoException>;
  return code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${name}'`);
}

/**
 * Awaits the import of an optional package.
 * @param who what asks for it, as errors name it
 * @throws UserError with the command that gets it, where it is not installed
 */
export async function needed<T>(who: string, name: string, module: Promise<T>): Promise<T> {
  try {
    return await module;
  } catch (cause) {
    if (!isAbsent(cause, name)) throw cause;
    throw new UserError(`${who}: needs the package ${name}, which is not installed. Install it: ${installCommand(name)}.`, { cause });
  }
}
