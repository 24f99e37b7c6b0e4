import { attributeAt, defaulted, type Field, type Fields } from "./field.js";

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
}

const macText = attributeAt("address", "mac");

const mac: Field<string | undefined> = {
  read: (nic) => macText.read(nic)?.toLowerCase(),
  write: macText.write,
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
};
