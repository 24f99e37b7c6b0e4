import { InvalidArgumentError } from "commander";
import { type HostMix, technologies } from "../simulator/host/technologies.js";

/** The number that a part of a mix stands for, at most. */
const MOST_TURNS = 1000;

const drivers = Object.keys(technologies) as (keyof typeof technologies)[];

/**
 * Reads `kvm=14,lxc=4,xen,openvz`: how many hosts of each kind come in turn.
 * @throws {InvalidArgumentError} wrong usage
 */
export function hostMix(text: string): HostMix {
  const turns = text.split(",").flatMap((part) => {
    const [, name = "", count = "1"] = /^([a-z]+)(?:=(\d{1,4}))?$/.exec(part.trim()) ?? [];
    const driver = drivers.find((one) => technologies[one] === name);
    if (driver && Number(count) <= MOST_TURNS) return Array.from({ length: Number(count) }, () => driver);
    const known = drivers.map((one) => technologies[one]).join(", ");
    throw new InvalidArgumentError(`"${part}" is no part of a mix: write for instance kvm=3,lxc; there are ${known}.`);
  });
  const [first, ...others] = turns;
  if (first === undefined) throw new InvalidArgumentError("A mix has at least one host: write for instance kvm=3,lxc.");
  return [first, ...others];
}
