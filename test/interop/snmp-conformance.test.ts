import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { boundObjects } from "../../src/mapping/snmp/bound-objects.js";
import { checks, verdictOf } from "../conformance/snmp/score.js";
import type { Subject } from "../conformance/snmp/subject.js";
import { type OwnGateway, startOwnGateway } from "../conformance/snmp/subjects/virtgate.js";
import { ourLibrary } from "../support/mibs.js";

/** Lines that this agent does not keep yet, with the issue that will. */
const known: Readonly<Record<string, string>> = {
  P45: "AgentX is an issue of its own",
};

/** Every object of VM-MIB that has a source. */
function mandatory(): Subject["mandatory"] {
  const { library } = ourLibrary();
  const names = (boundObjects["VM-MIB"] ?? []).flatMap((bound) => ("columns" in bound ? bound.columns : bound.scalars));
  return new Map(names.map(({ name }) => [name, library.oidOf("VM-MIB", name)]));
}

let gateway: OwnGateway;
let subject: Subject;

beforeAll(async () => {
  gateway = await startOwnGateway();
  subject = Object.create(gateway.subject, { mandatory: { value: mandatory() } }) as Subject;
}, 120_000);
afterAll(async () => await gateway?.close());

describe("virtgate keeps its promises", () => {
  test.each(checks.map((check) => [check.id, check.promise, check] as const))(
    "%s: %s",
    async (id, _promise, check) => {
      const { result, note } = await verdictOf(subject, check);
      const wanted = known[id] === undefined ? "ok" : "left out";
      expect([id, result, note]).toEqual([id, wanted, note]);
    },
    300_000,
  );
});
