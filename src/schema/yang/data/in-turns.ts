import type { Clock } from "../../../base/clock.js";
import { nextTurn } from "../../../base/turn.js";

/** What a writer may take of the event loop at a stretch, beside the one part that it is at. */
const TURN_MS = 5;

/**
 * The parts that a writer makes, each when it is asked for, with turns of the event loop for everybody else in between however
 * fast they are taken. Who stops taking them has nothing to clean up.
 */
export async function* inTurns(parts: Iterable<string>, clock: Clock): AsyncGenerator<string, void, void> {
  let began = clock.monotonic();
  for (const part of parts) {
    yield part;
    if (clock.monotonic() - began < TURN_MS) continue;
    await nextTurn();
    began = clock.monotonic();
  }
}
