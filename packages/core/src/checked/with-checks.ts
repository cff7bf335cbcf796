/**
 * Returns the plugin with some of its members replaced by ones that check what the plugin returns. All other members, in the contract or
 * not, remain the plugin's own.
 */
export function withChecks<T extends object>(plugin: T, checks: Partial<T>): T {
  const view: object = { ...checks };
  for (let level: object | null = plugin; level && level !== Object.prototype; level = Object.getPrototypeOf(level) as object | null) {
    for (const key of Reflect.ownKeys(level)) {
      if (key === "constructor" || Object.hasOwn(view, key)) continue;
      Object.defineProperty(view, key, { enumerable: true, get: () => ownValue(plugin, key) });
    }
  }
  return view as T;
}

/** Calls methods with the original plugin as `this`, so that its private fields are accessible. */
function ownValue(plugin: object, key: PropertyKey): unknown {
  const value: unknown = Reflect.get(plugin, key);
  return typeof value === "function" ? (value.bind(plugin) as unknown) : value;
}
