import { DecodeError, Fault } from "../../src/base/fault.js";
import { SmiLibrary } from "../../src/schema/smi/library.js";
import { readModule } from "../../src/schema/smi/read-module.js";
import { shapeOf } from "../../src/schema/smi/shapes.js";
import { moduleNames, moduleText } from "../support/mibs.js";

/** The modules that others import from, so that what is read can be resolved. */
const base = ["SNMPv2-SMI", "SNMPv2-TC", "SNMP-FRAMEWORK-MIB"].map((name) => readModule(moduleText(name)));

export const target = {
  name: "smi",
  seeds: moduleNames.map((name) => Buffer.from(moduleText(name))),
  /** What is accepted must resolve, or be refused as a fault. */
  run(input: Buffer): void {
    try {
      const module = readModule(input.toString("utf8"));
      const library = new SmiLibrary([...base, module]);
      for (const { name } of module.values.values()) shapeOrFault(library, module.name, name);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  },
};

function shapeOrFault(library: SmiLibrary, module: string, node: string): void {
  try {
    shapeOf(library, module, node);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}
