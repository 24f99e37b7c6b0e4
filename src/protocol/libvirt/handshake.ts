import type { Clock } from "../../base/clock.js";
import { Fault } from "../../base/fault.js";
import type { ClientSession } from "./client-session.js";
import { isNoSupport } from "./error.js";
import { authenticationType, feature } from "./feature.js";
import type { ArgsOf, CallName, ResultOf } from "./procedures.js";
import { authenticateSasl, type Call } from "./sasl.js";
import type { SaslCredentials } from "./scram.js";

/** How to open a hypervisor. */
export interface OpenRequest {
  /** The URI without a transport, `qemu:///system`; undefined lets the daemon choose. */
  readonly uri: string | undefined;
  readonly readOnly: boolean;
  /** For daemons that ask for SASL. */
  readonly credentials?: SaslCredentials | undefined;
  /** For the whole of it: some drivers take seconds to open. */
  readonly deadlineMs: number;
}

/** How a daemon knows who its client is: not at all beyond the transport, by polkit, or by a user's password. */
export type Authentication = "none" | "polkit" | "sasl";

/** What an opened hypervisor says of itself. */
export interface OpenedHypervisor {
  readonly uri: string;
  /** The driver's name, `QEMU`. */
  readonly type: string;
  /** Of the hypervisor, `7.2.19`; undefined where the driver does not tell. */
  readonly version: string | undefined;
  readonly libvirtVersion: string;
  readonly hostname: string | undefined;
  /** How the daemon let us in. */
  readonly authentication: Authentication;
  /** Events with callback ids can be registered for; daemons of before 2013 lack them. */
  readonly hasCallbackEvents: boolean;
  /** The daemon tells when its own connection to the driver ends. */
  readonly hasCloseCallback: boolean;
}

const OPEN_READ_ONLY = 1;

/**
 * Proves who we are, announces keepalive, opens the hypervisor and asks what it is, in the order libvirt's own client keeps.
 * The channel must be private: a unix socket, or TLS. SCRAM does not hide what follows it.
 * @throws {Fault} "unsupported" when the daemon asks for a proof that we do not have, "denied" when it refuses us, and what
 *   `call` throws
 */
export async function openHypervisor(
  session: ClientSession,
  clock: Clock,
  request: OpenRequest,
): Promise<OpenedHypervisor> {
  const start = clock.monotonic();
  const call = <N extends CallName>(name: N, args: ArgsOf<N>): Promise<ResultOf<N>> =>
    session.call(name, args, { deadlineMs: Math.max(start + request.deadlineMs - clock.monotonic(), 0) });
  const supports = async (number: number): Promise<boolean> =>
    (await call("connectSupportsFeature", { feature: number })).supported === 1;

  const authentication = await authenticate(session.peer, call, request.credentials);
  if (await supports(feature.keepalive)) session.startKeepalive();
  await call("connectOpen", { name: request.uri, flags: request.readOnly ? OPEN_READ_ONLY : 0 });
  return {
    authentication,
    hasCallbackEvents: await supports(feature.callbackEvents),
    hasCloseCallback: await supports(feature.closeCallback),
    uri: (await call("connectGetUri", {})).uri,
    type: (await call("connectGetType", {})).type,
    version: await optionally(call("connectGetVersion", {}).then((result) => versionText(result.hvVer))),
    libvirtVersion: versionText((await call("connectGetLibVersion", {})).libVer),
    hostname: await optionally(call("connectGetHostname", {}).then((result) => result.hostname)),
  };
}

async function authenticate(
  peer: string,
  call: Call,
  credentials: SaslCredentials | undefined,
): Promise<Authentication> {
  const { types } = await call("authList", {});
  switch (types[0]) {
    case undefined:
    case authenticationType.none:
      return "none";
    case authenticationType.polkit: {
      const { complete } = await call("authPolkit", {});
      if (complete !== 1) throw new Fault("denied", `${peer}: polkit did not let this user in`);
      return "polkit";
    }
    case authenticationType.sasl:
      await authenticateSasl(peer, call, credentials);
      return "sasl";
    default:
      throw new Fault("unsupported", `${peer} asks for authentication of the unknown kind ${types[0]}`);
  }
}

/** What a driver may not implement. */
async function optionally<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNoSupport(error)) return undefined;
    throw error;
  }
}

/** libvirt's packed version, 7002019 for 7.2.19, as people write it. */
function versionText(packed: bigint): string {
  return `${packed / 1_000_000n}.${(packed / 1000n) % 1000n}.${packed % 1000n}`;
}
