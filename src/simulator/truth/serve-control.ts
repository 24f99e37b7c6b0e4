import type { Channel } from "../../base/channel.js";
import { Fault, reasonOf } from "../../base/fault.js";
import { type ControlledWorld, carryOut, type Order } from "./control-orders.js";

/** The longest order, in octets. */
const LONGEST_LINE = 65_536;

/**
 * Serves whoever tests against the simulation: each line is an order in JSON, carried out at once; each is answered with a
 * line of JSON, in the order of the lines, when it is done. `{"error": …}` when it could not be carried out. A line that is too long ends the connection.
 */
export function serveControl(world: ControlledWorld, channel: Channel): void {
  let waiting: Buffer = Buffer.alloc(0);
  let answered: Promise<unknown> = Promise.resolve();
  channel.listen({
    onData(octets) {
      waiting = waiting.length === 0 ? octets : Buffer.concat([waiting, octets]);
      for (let end = waiting.indexOf(0x0a); end >= 0; end = waiting.indexOf(0x0a)) {
        const answer = answerTo(waiting.toString("utf8", 0, end), world);
        answered = answered.then(async () => channel.write(Buffer.from(`${await answer}\n`)));
        waiting = waiting.subarray(end + 1);
      }
      if (waiting.length > LONGEST_LINE) channel.close();
    },
    onDrain: () => {},
    onClose: () => {},
  });
}

async function answerTo(line: string, world: ControlledWorld): Promise<string> {
  try {
    return JSON.stringify(await carryOut(orderIn(line), world));
  } catch (error) {
    if (error instanceof Fault) return JSON.stringify({ error: error.message, code: error.code });
    throw error;
  }
}

/** @throws {Fault} `invalid` */
function orderIn(line: string): Order {
  let order: unknown;
  try {
    order = JSON.parse(line);
  } catch (error) {
    throw new Fault("invalid", `an order is one line of JSON: ${reasonOf(error)}`);
  }
  if (typeof order !== "object" || order === null || Array.isArray(order)) {
    throw new Fault("invalid", "an order is a JSON object");
  }
  return order as Order;
}
