import { z } from "zod";
import { checkValue, shownValue } from "./check-value.ts";
import type { Definition } from "./definition.ts";
import { nearest } from "./nearest.ts";
import { UserError } from "./user-error.ts";

/** A registered name with its options: `{ name: "nin", width: 0.5 }`. */
export interface Spec {
  readonly name: string;
  readonly [option: string]: unknown;
}

export interface RegistryEntry<T> {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly definition: Definition<T>;
  /** The plugin that registered it, set by `loadPlugins`. */
  readonly plugin: string;
}

/**
 * Wraps a plugin so that it checks what it returns, or refuses it by a UserError.
 * @param who for messages: `ensemble scheme samme`
 */
export type Check<T> = (made: T, who: string) => T;

/** Characters of a list of names in a message. */
const LONGEST_LIST = 200;

/** The named definitions of one contract. A taken name throws; for an unknown one, the error lists the known names and the nearest. */
export class Registry<T> {
  readonly contract: string;
  /** Name of the plugin that is registering now; `loadPlugins` sets it so that errors can name it. */
  registrant = "the application";
  readonly #entries = new Map<string, RegistryEntry<T>>();
  readonly #names = new Map<string, string>();
  readonly #check: Check<unknown>;

  constructor(contract: string, check: Check<T> = (made) => made) {
    this.contract = contract;
    this.#check = check as Check<unknown>;
  }

  /** @throws UserError if `name` or an alias is taken, or the definition has no `create` */
  add<S extends z.ZodObject>(name: string, definition: Definition<T, S>, { aliases = [] }: { aliases?: readonly string[] } = {}): void {
    if (typeof (definition as Partial<typeof definition> | undefined)?.create !== "function")
      throw new UserError(`${this.contract} "${name}": its definition, by ${this.registrant}, has no method create. Add create(options).`);
    for (const word of [name, ...aliases]) {
      const owner = this.#find(word);
      if (owner) {
        throw new UserError(
          `${this.contract} "${word}" is registered twice: by ${owner.plugin} and by ${this.registrant}. Rename one of them.`,
        );
      }
    }
    for (const word of [name, ...aliases]) this.#names.set(word, name);
    this.#entries.set(name, { name, aliases, definition: definition, plugin: this.registrant });
  }

  /** @throws UserError if it is neither a name nor an alias; the message lists the names and suggests the nearest. */
  entry(name: string): RegistryEntry<T> {
    const found = this.#find(name);
    if (found) return found;
    const known = [...this.#names.keys()].toSorted();
    const close = nearest(name, known);
    const all = known.join(", ") || "none";
    const list = all.length <= LONGEST_LIST ? `Registered: ${all}.` : '"benn plugins" lists those that are registered.';
    throw new UserError(
      `${this.contract} "${name}" is unknown. ${close ? `Did you mean "${close}"? ` : ""}${list} Is its package listed under plugins?`,
    );
  }

  #find(word: string): RegistryEntry<T> | undefined {
    const name = this.#names.get(word);
    return name === undefined ? undefined : this.#entries.get(name);
  }

  /** The names in the order of registration, without aliases. */
  names(): string[] {
    return [...this.#entries.keys()];
  }

  entries(): RegistryEntry<T>[] {
    return [...this.#entries.values()];
  }

  /**
   * Checks the options against the definition's schema, fills in defaults, and replaces aliases by their full name.
   * @param path of the spec in the configuration, for the message: `architecture` or `members[1].binarizer`
   * @throws UserError for an unknown name, an unknown option or a wrong type
   */
  resolve(spec: Spec | string, path: string = this.contract): Spec {
    const { name, ...options } = typeof spec === "string" ? { name: spec } : spec;
    const { name: fullName, definition } = this.entry(name);
    const schema = z.strictObject((definition.options ?? z.object({})).shape);
    const { data, fault } = checkValue(schema, options);
    if (data) return { name: fullName, ...data };
    if (fault.unknownKey !== undefined) {
      const keys = Object.keys(schema.shape);
      const close = nearest(fault.unknownKey, keys);
      throw new UserError(
        `${path}: ${this.contract} "${fullName}" has no option "${fault.unknownKey}". ${close ? `Did you mean "${close}"? ` : ""}` +
          `Options: ${keys.join(", ") || "none"}.`,
      );
    }
    const at = [path, ...fault.path].join(".");
    const [key = ""] = fault.path.map(String);
    if (fault.came === undefined && fault.path.length === 1) {
      const description = (schema.shape as Readonly<Record<string, z.ZodType>>)[key]?.description;
      throw new UserError(
        `${at}: is missing; ${this.contract} "${fullName}" needs it${description ? ` (${description})` : ""}. Write for example --set ${at}=VALUE.`,
      );
    }
    const example =
      fault.example === undefined || typeof fault.example === "object" ? "" : ` Write for example ${at}=${shownValue(fault.example)};`;
    throw new UserError(
      `${at}: ${fault.words}${fault.words.endsWith("?") ? "" : "."}${example} "benn plugins ${fullName}" describes its options.`,
    );
  }

  /** A label for people: the name and the options that differ from their defaults, `nin width=0.5 binary=all`. */
  label({ name, ...options }: Spec): string {
    const parsed = (this.entry(name).definition.options ?? z.object({})).safeParse({});
    const defaults: Record<string, unknown> = parsed.success ? parsed.data : {};
    const own = Object.entries(options).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key]));
    return [name, ...own.map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)].join(" ");
  }

  /** Resolves the spec and creates its plugin, which from then on checks what it returns. */
  create(spec: Spec | string, path?: string): T {
    const { name, ...options } = this.resolve(spec, path);
    return this.#check(this.entry(name).definition.create(options), `${this.contract} ${name}`) as T;
  }
}
