import type { Channel } from "../../base/channel.js";
import type { Clock } from "../../base/clock.js";
import { Fault, reasonOf } from "../../base/fault.js";

/** What a daemon says inside TLS when it accepted the client's certificate, before any packet. */
const ADMITTED = 1;

/**
 * Waits until a daemon behind TLS has looked at our certificate. It then says nothing more until it is called.
 * @throws {Fault} "denied" when it does not want us, "timeout", "invalid" for anything else that it says; the channel is closed
 */
export function awaitAdmission(channel: Channel, clock: Clock, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (fault: Fault): void => {
      timer.cancel();
      channel.close();
      reject(fault);
    };
    const timer = clock.after(timeoutMs, () =>
      refuse(new Fault("timeout", `${channel.peer} did not admit us within ${timeoutMs} ms`)),
    );
    channel.listen({
      onData(octets) {
        if (octets.length !== 1) refuse(new Fault("invalid", `${channel.peer} does not begin as libvirt does`));
        else if (octets[0] !== ADMITTED) refuse(new Fault("denied", `${channel.peer} refuses our certificate`));
        else {
          timer.cancel();
          resolve();
        }
      },
      onClose(cause) {
        const why = cause === undefined ? "" : `: ${reasonOf(cause)}`;
        refuse(new Fault("denied", `${channel.peer} ended the connection on seeing our certificate${why}`, { cause }));
      },
    });
  });
}
