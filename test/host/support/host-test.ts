import { type TestContext, test } from "vitest";
import { whyNoLibvirt } from "./room.js";

/** A test that needs the private libvirtd; without one it is a skip that says why. */
export function hostTest(name: string, body: (context: TestContext) => Promise<void>): void {
  test(name, async (context) => {
    const why = whyNoLibvirt();
    if (why !== undefined) context.skip(why);
    await body(context);
  });
}

/** Runs `prepare` for the file's tests unless they are all skipped; for `beforeAll`. */
export function whenPossible(prepare: () => Promise<void>): () => Promise<void> {
  return async () => {
    if (whyNoLibvirt() === undefined) await prepare();
  };
}
