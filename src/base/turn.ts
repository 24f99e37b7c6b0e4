/** Resolves in a later turn of the event loop, after waiting input was handled: for long work in pieces. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
