/** Computes its value on first use, and keeps it; an error too, so that a slow failure happens only once. */
export function once<T>(make: () => T): () => T {
  let made: (() => T) | undefined;
  return () => {
    made ??= attempt(make);
    return made();
  };
}

function attempt<T>(make: () => T): () => T {
  try {
    const value = make();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
