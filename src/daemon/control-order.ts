import { Fault, reasonOf } from "../base/fault.js";
import type { HttpResponse, HttpRoute } from "../base/http.js";

/** The HTTP status of an order that the gateway refuses; the body says why, as `code` and `message` of a fault. */
export const REFUSED = 422;

/** A route that does what its JSON body says, for the gateway's owner. */
export function orderRoute(path: string, carryOut: (order: unknown) => Promise<object>): HttpRoute {
  return {
    method: "POST",
    path,
    handler: async ({ body }) => {
      try {
        return json(200, await carryOut(parsed(body)));
      } catch (error) {
        return refusal(error);
      }
    },
  };
}

/** The answer to what cannot be done. @throws what is no fault */
export function refusal(error: unknown): HttpResponse {
  if (!(error instanceof Fault)) throw error;
  return json(REFUSED, { code: error.code, message: error.message });
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    throw new Fault("invalid", `the order is no JSON: ${reasonOf(error)}`, { cause: error });
  }
}

function json(status: number, value: object): HttpResponse {
  return { status, headers: { "content-type": "application/json" }, body: `${JSON.stringify(value)}\n` };
}
