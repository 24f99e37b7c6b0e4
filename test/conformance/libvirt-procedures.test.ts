import { describe, expect, test } from "vitest";
import { allProcedures, procedureNumbered } from "../../src/protocol/libvirt/procedures.js";
import { programs } from "../../src/protocol/libvirt/programs.js";
import { lineOf, ProtocolFile } from "../support/protocol-file.js";

const source = process.env["VIRTGATE_LIBVIRT_SOURCE"];
const absent = "VIRTGATE_LIBVIRT_SOURCE does not name a libvirt source tree";

/** `DOMAIN_GET_XML_DESC` as the table calls it. */
const nameOf = (prefix: string, name: string) =>
  `${prefix}${name.toLowerCase()}`.replaceAll(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());

describe("the procedure table", () => {
  test("has the 443 procedures of libvirt 9.0.0, each number and each name once", () => {
    const remote = allProcedures.filter((row) => row.program === programs.remote);
    expect(remote.map((row) => row.number).sort((a, b) => a - b)).toEqual(Array.from({ length: 443 }, (_, i) => i + 1));
    expect(new Set(allProcedures.map((row) => row.name)).size).toBe(allProcedures.length);
  });

  const files = [
    { program: programs.remote, files: ["remote_protocol.x"], numbers: "REMOTE_PROC_", structs: "remote_", prefix: "" },
    {
      program: programs.qemu,
      files: ["remote_protocol.x", "qemu_protocol.x"],
      numbers: "QEMU_PROC_",
      structs: "qemu_",
      prefix: "qemu_",
    },
  ];
  for (const { program, files: names, numbers, structs, prefix } of files) {
    test(`says what ${names.at(-1)} says, names, numbers and types`, (context) => {
      if (source === undefined) return context.skip(absent);
      const declared = new ProtocolFile(source, names).procedures(numbers, structs);
      expect(declared.size).toBeGreaterThan(5);
      for (const [name, procedure] of declared) {
        const row = procedureNumbered(program, procedure.number);
        if (row === undefined) {
          // Later releases append; and one procedure of 9.0.0 passes file descriptors.
          const appended = program === programs.remote && procedure.number > 443;
          expect(appended || name === "DOMAIN_MONITOR_COMMAND_WITH_FILES", name).toBe(true);
          continue;
        }
        expect(row.name).toBe(nameOf(prefix, name));
        if (row.kind === "event") {
          expect({ name, message: lineOf(row.message) }).toEqual({ name, message: procedure.message ?? "" });
        } else {
          const { args, result } = procedure;
          expect({ name, args: lineOf(row.args), result: lineOf(row.result) }).toEqual({ name, args, result });
        }
      }
      const missing = allProcedures.filter(
        (row) => row.program === program && ![...declared.values()].some(({ number }) => number === row.number),
      );
      expect(missing).toEqual([]);
    });
  }
});
