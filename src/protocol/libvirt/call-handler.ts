import { libvirtFault } from "./error.js";
import type { ArgsOf, CallName, ResultOf } from "./procedures.js";

/** Answers calls; what it throws reaches the client as an error, a `libvirtFault` unchanged. */
export type CallHandler = <N extends CallName>(name: N, args: ArgsOf<N>) => Promise<ResultOf<N>>;

/** Handlers by procedure; those that are absent answer that the driver lacks the call. */
export type CallHandlers = {
  readonly [N in CallName]?: (args: ArgsOf<N>) => ResultOf<N> | Promise<ResultOf<N>>;
};

/** A handler that looks the procedure up in a table. */
export function handlerFrom(handlers: CallHandlers): CallHandler {
  return async (name, args) => {
    const handler = handlers[name];
    if (handler === undefined) {
      throw libvirtFault("NO_SUPPORT", `this function is not supported by the connection driver: ${name}`);
    }
    return handler(args);
  };
}
