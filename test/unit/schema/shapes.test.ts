import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.js";
import { SmiLibrary } from "../../../src/schema/smi/library.js";
import { readModule } from "../../../src/schema/smi/read-module.js";
import { shapeOf } from "../../../src/schema/smi/shapes.js";
import { ourLibrary } from "../../support/mibs.js";

const { library } = ourLibrary();

describe("SmiLibrary", () => {
  test("follows parents through the imports to the root", () => {
    expect(library.oidOf("VM-MIB", "vmOperState")).toEqual([1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 6]);
    expect(library.oidOf("IF-MIB", "linkUp")).toEqual([1, 3, 6, 1, 6, 3, 1, 1, 5, 4]);
    expect(library.oidOf("SNMPv2-SMI", "zeroDotZero")).toEqual([0, 0]);
  });

  test("takes the restriction that stands nearest to the use", () => {
    const scalar = library.valueOf("VM-MIB", "vmHvSoftware").value;
    if (scalar.kind !== "object") throw new TypeError("vmHvSoftware is an object");
    expect(library.resolve("VM-MIB", { ...scalar.syntax, size: [[0n, 9n]] })).toMatchObject({
      base: "OctetString",
      type: "SnmpAdminString",
      displayHint: "255t",
      size: [[0n, 9n]],
    });
  });

  test("says which symbol or module is missing", () => {
    expect(() => library.oidOf("VM-MIB", "vmNothing")).toThrow(new Fault("absent", "VM-MIB knows no vmNothing"));
    expect(() => library.module("NO-MIB")).toThrow(new Fault("absent", "there is no module NO-MIB"));
  });

  test("refuses values and types that are made of themselves", () => {
    const circle = readModule(
      "C DEFINITIONS ::= BEGIN a OBJECT IDENTIFIER ::= { b 1 } b OBJECT IDENTIFIER ::= { a 1 } T ::= U U ::= T END",
    );
    const own = new SmiLibrary([circle]);
    expect(() => own.oidOf("C", "a")).toThrow(/lies below itself/);
    expect(() => own.resolve("C", { base: "T", named: undefined, range: undefined, size: undefined })).toThrow(
      /made of itself/,
    );
  });

  test("gives up on a symbol that two modules import from each other", () => {
    const left = readModule("L DEFINITIONS ::= BEGIN IMPORTS x FROM R; END");
    const right = readModule("R DEFINITIONS ::= BEGIN IMPORTS x FROM L; END");
    expect(() => new SmiLibrary([left, right]).oidOf("L", "x")).toThrow(Fault);
  });
});

describe("shapeOf()", () => {
  test("gives a table its columns by number, text apart from octets", () => {
    expect(shapeOf(library, "VM-MIB", "vmNetworkEntry")).toMatchObject({
      oid: [1, 3, 6, 1, 2, 1, 236, 1, 8, 1],
      index: [
        { name: "vmIndex", syntax: "Integer32" },
        { name: "vmNetworkIndex", syntax: "Integer32" },
      ],
      columns: {
        vmNetworkModel: { id: 4, syntax: "OctetString", text: "utf8", size: [[0, 255]] },
        vmNetworkPhysAddress: { id: 5, syntax: "OctetString", type: "PhysAddress" },
      },
    });
  });

  test("gives an extending table the index of what it extends", () => {
    expect(shapeOf(library, "IF-MIB", "ifXEntry")).toMatchObject({ index: [{ name: "ifIndex", syntax: "Integer32" }] });
  });

  test("marks an implied index (RFC 2578, section 7.7)", () => {
    expect(shapeOf(library, "SNMP-TARGET-MIB", "snmpTargetAddrEntry")).toMatchObject({
      index: [{ name: "snmpTargetAddrName", syntax: "OctetString", text: "utf8", implied: true }],
    });
  });

  test("gives scalars and notifications below a node", () => {
    expect(Object.keys(scalarsOf("SNMPv2-MIB", "system"))).toContain("sysUpTime");
    expect(shapeOf(library, "VM-MIB", "vmNotifications")).toMatchObject({
      notifications: { vmDeleted: { id: 10, objects: ["vmName", "vmUUID", "vmOperState", "vmPersistent"] } },
    });
  });

  test("refuses a node that has nothing to be bound", () => {
    expect(() => shapeOf(library, "VM-MIB", "vmConformance")).toThrow(Fault);
    expect(() => shapeOf(library, "VM-MIB", "vmName")).toThrow(Fault);
  });
});

function scalarsOf(module: string, node: string): object {
  const shape = shapeOf(library, module, node);
  return "scalars" in shape ? shape.scalars : {};
}
