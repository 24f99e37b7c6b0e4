import type { DatagramPeer } from "../../../src/base/channel.js";
import type { Oid } from "../../../src/protocol/snmp/object-source.js";
import type { AuthProtocolName, PrivProtocolName } from "../../../src/protocol/snmp/usm-protocol.js";

/** A user of SNMPv3 with passwords, as a manager is configured. */
export interface Account {
  readonly name: string;
  readonly auth?: readonly [AuthProtocolName, string];
  readonly priv?: readonly [PrivProtocolName, string];
}

/** An agent that promises are checked of. What it lacks of the optional parts makes the lines that need them be left out. */
export interface Subject {
  readonly name: string;
  /** Where it answers UDP, best one per family; the first serves where one is enough. */
  readonly addresses: readonly DatagramPeer[];
  /** Its process, for what requests cost it. */
  readonly pid?: number;
  /** May read everything with SNMPv1 and SNMPv2c. */
  readonly community: string;
  /** May read everything, at authPriv only. */
  readonly reader?: Account;
  /** May write everything besides. */
  readonly writer?: Account;
  /** One account for each combination of protocols. */
  readonly matrix?: readonly Account[];
  /** A community that is accepted from one address of this computer and not from the other. */
  readonly limited?: { readonly community: string; readonly from: string; readonly notFrom: string };
  /** Two contexts with different machines. */
  readonly contexts?: readonly [string, string];
  /** A scalar that may be set, with a value of each kind. */
  readonly settable?: Settable;
  readonly tls?: TlsSubject;
  /** Modules that name what it serves, and those of them of which it serves every object. */
  readonly mibs?: { readonly folder: string; readonly mandatory: readonly string[] };
  /** Stops the agent, politely or by force, and starts it again on the same state. */
  restart?(how: "politely" | "by force"): Promise<void>;
  readonly control?: Control;
}

/** Where TLS is spoken, and who may and may not. */
export interface TlsSubject {
  readonly peer: DatagramPeer;
  /** The certificate of the agent's issuer, PEM. */
  readonly authority: string;
  /** May read, by what their certificates are known by. */
  readonly known: Readonly<Record<string, TlsIdentity>>;
  /** May not, and why. */
  readonly refused: Readonly<Record<string, TlsIdentity>>;
}

/** A certificate and its key, PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

export interface Settable {
  readonly oid: Oid;
  readonly good: readonly [number, number];
  /** Of the right type and not allowed. */
  readonly wrong: number;
}

/** What a subject of one's own can be made to do. */
export interface Control {
  /** Adds and removes machines until the returned function is called; tells how many changes there were. */
  churn(): () => Promise<number>;
  /** Brings a machine from one state to another. */
  act(action: "suspend" | "resume" | "destroy" | "start", machine: string): Promise<void>;
  /** A machine that runs and one may do with as one likes. */
  readonly machine: string;
  /** Where all notifications go: one receiver per version. */
  readonly receivers: Readonly<Record<"v1" | "v2c" | "v3", Receiver>>;
  /** Where informs of v2c go. */
  readonly informed: InformReceiver;
  /** Causes as many changes of state at once. */
  burst(count: number): Promise<void>;
  /** Another agent of the same kind whose clock says that it has run for so long. */
  aged(days: number): Promise<AgedAgent>;
  /** Another one whose disk refuses to be written. */
  withFullDisk(): Promise<AgedAgent>;
}

export interface AgedAgent {
  readonly subject: Subject;
  close(): Promise<void>;
}

/** Acknowledges informs, or does not. */
export interface InformReceiver extends Receiver {
  answers: boolean;
}

/** Keeps the datagrams that come to a port. */
export interface Receiver {
  readonly datagrams: readonly { readonly octets: Buffer; readonly at: number }[];
}
