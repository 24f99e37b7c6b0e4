import { attributeAt, count, defaulted, type Field, type Fields, group } from "./field.js";

/** What may pass an interface in one direction. */
export interface Bandwidth {
  /** KiB in a second. */
  readonly averageKiBps: number | undefined;
  /** KiB in a second for which a burst may last. */
  readonly peakKiBps: number | undefined;
  /** KiB that may pass at once. */
  readonly burstKiB: number | undefined;
  /** KiB in a second that are guaranteed; inbound only. */
  readonly floorKiBps: number | undefined;
}

/** What is known of an `<interface>`. */
export interface DomainInterface {
  /** What it is plugged into: `network bridge direct user ethernet hostdev internal vhostuser …`. */
  readonly type: string;
  /** In lower case. */
  readonly mac: string | undefined;
  readonly model: string | undefined;
  /** The host's device for it; libvirt chooses and shows it while the machine runs. */
  readonly target: string | undefined;
  /** The name a container sees. */
  readonly guestDevice: string | undefined;
  readonly network: string | undefined;
  /** Of type `bridge`, or of the network while the machine runs. */
  readonly bridge: string | undefined;
  /** The lower device of type `direct`. */
  readonly device: string | undefined;
  /** To the machine. */
  readonly inbound?: Bandwidth | undefined;
  /** From the machine. */
  readonly outbound?: Bandwidth | undefined;
}

const macText = attributeAt("address", "mac");

const mac: Field<string | undefined> = {
  read: (nic) => macText.read(nic)?.toLowerCase(),
  write: macText.write,
};

const bandwidthFields: Fields<Bandwidth> = {
  averageKiBps: count(attributeAt("average")),
  peakKiBps: count(attributeAt("peak")),
  burstKiB: count(attributeAt("burst")),
  floorKiBps: count(attributeAt("floor")),
};

/** Places of an interface's facts. */
export const interfaceFields: Fields<DomainInterface> = {
  type: defaulted(attributeAt("type"), "network"),
  mac,
  model: attributeAt("type", "model"),
  target: attributeAt("dev", "target"),
  guestDevice: attributeAt("dev", "guest"),
  network: attributeAt("network", "source"),
  bridge: attributeAt("bridge", "source"),
  device: attributeAt("dev", "source"),
  inbound: group(bandwidthFields, "bandwidth", "inbound"),
  outbound: group(bandwidthFields, "bandwidth", "outbound"),
};
