/** Makes its value when it is first asked for, and keeps it; an error too, so that what fails slowly fails once. */
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
