import { describe, expect, test } from "vitest";
import type { DomainName } from "../../../src/driver/driver-event.js";
import { Roster } from "../../../src/driver/roster.js";
import { lifecycleWords } from "../../../src/driver/state.js";

const dom: DomainName = { name: "a", uuid: "00000000-0000-4000-8000-000000000001", id: 3 };
const running = { domain: dom, state: 1, reason: 1 };
const paused = { domain: dom, state: 3, reason: 1 };

function rosterWith(hasEvents: boolean): Roster {
  const roster = new Roster(hasEvents);
  roster.ensure(dom).words = { state: "running", reason: "booted" };
  return roster;
}

function lifecycle(roster: Roster, event: number, detail: number, domain = dom) {
  const words = lifecycleWords(event, detail);
  if (!words) throw new Error("no such event");
  return roster.takeEvent({ kind: "lifecycle", domain, words }, 0);
}

describe("Roster.takeStates()", () => {
  test("takes a state that is as expected", () => {
    const { looks, rereads } = rosterWith(true).takeStates([running], 0, true, 0);
    expect(looks.get(dom.uuid)).toMatchObject({ tiers: ["state"], facts: { state: "running", domainId: 3 } });
    expect(rereads).toEqual([]);
  });

  test("leaves out a machine that an event came for after the call was sent", () => {
    const roster = rosterWith(true);
    const mark = roster.mark();
    roster.takeEvent({ kind: "look", domain: dom }, 0);
    expect(roster.takeStates([running], mark, true, 0).looks.size).toBe(0);
    expect(roster.takeStates([running], roster.mark(), true, 0).looks.size).toBe(1);
  });

  test("doubts an unannounced change until it is seen again", () => {
    const roster = rosterWith(true);
    const first = roster.takeStates([paused], 0, true, 1000);
    expect(first.looks.size).toBe(0);
    expect(first.rereads).toEqual([{ uuid: dom.uuid, when: "soon" }]);
    expect(roster.takeStates([paused], 0, true, 1050).looks.size).toBe(0);
    expect(roster.takeStates([paused], 0, true, 1100).looks.get(dom.uuid)).toMatchObject({
      facts: { state: "paused" },
    });
  });

  test("forgets a doubt that was not confirmed", () => {
    const roster = rosterWith(true);
    roster.takeStates([paused], 0, true, 1000);
    roster.takeStates([running], 0, true, 2000);
    expect(roster.takeStates([paused], 0, true, 3000).looks.size).toBe(0);
  });

  test("believes every change where none is announced, and asks for the rest", () => {
    const { looks, rereads } = rosterWith(false).takeStates([paused], 0, true, 0);
    expect(looks.get(dom.uuid)).toMatchObject({ facts: { state: "paused" } });
    expect(rereads).toEqual([{ uuid: dom.uuid, when: "now" }]);
  });

  test("has unknown and missing machines read, the latter only when the sweep was complete", () => {
    const roster = rosterWith(true);
    const other = { ...running, domain: { ...dom, uuid: "00000000-0000-4000-8000-000000000002" } };
    expect(roster.takeStates([other], 0, false, 0).rereads).toEqual([{ uuid: other.domain.uuid, when: "now" }]);
    expect(roster.takeStates([other], 0, true, 0).rereads).toContainEqual({ uuid: dom.uuid, when: "now" });
  });

  test("notices another run of a machine that was off for a moment", () => {
    const roster = rosterWith(true);
    const { rereads } = roster.takeStates([{ ...running, domain: { ...dom, id: 4 } }], 0, true, 0);
    expect(rereads).toEqual([{ uuid: dom.uuid, when: "now" }]);
  });
});

describe("Roster.takeEvent()", () => {
  test("reports what the event implies", () => {
    const { observations, reread } = lifecycle(rosterWith(true), 3, 2);
    expect(observations).toMatchObject([
      { kind: "lifecycle", lifecycle: "paused-error", state: "paused", reason: "io-error" },
    ]);
    expect(reread).toBe("now");
  });

  test("announces a machine that is not known yet, which a look makes known", () => {
    for (const [event, announced] of [
      [0, "defined"],
      [8, "crashed"],
    ] as const) {
      const roster = new Roster(true);
      expect(lifecycle(roster, event, 0)).toMatchObject({ observations: [{ lifecycle: announced }], reread: "now" });
      expect(roster.reported()).toEqual([]);
    }
  });

  test("announces the start of a machine that is not known yet when a look tells what it led to", () => {
    for (const [words, state] of [
      [{ state: "running", reason: "booted" }, "running"],
      [{ state: "paused", reason: "user" }, "paused"],
    ] as const) {
      const roster = new Roster(true);
      expect(lifecycle(roster, 2, 0)).toEqual({ observations: [], reread: "now" });
      const machine = roster.ensure(dom);
      expect(roster.settle(machine, { state: "preparing", reason: "starting-up" }, 500)).toMatchObject({ open: true });
      expect(roster.settle(machine, words, 500)).toMatchObject({
        ...{ observations: [{ lifecycle: "booted", state }], open: false },
      });
      expect(roster.settle(machine, words, 600)).toEqual({ observations: [], open: false });
    }
  });

  test("takes a start by its word when nothing tells what it led to within a second", () => {
    const roster = new Roster(true);
    lifecycle(roster, 2, 0);
    const read = { state: "preparing", reason: "starting-up" } as const;
    expect(roster.settle(roster.ensure(dom), read, 999).open).toBe(true);
    expect(roster.settle(roster.ensure(dom), read, 1000)).toMatchObject({ observations: [{ state: "running" }] });
  });

  test("an undefined machine that is off is gone, a running one and a renamed one are not", () => {
    const roster = rosterWith(true);
    expect(lifecycle(roster, 1, 0).observations).toEqual([]);
    lifecycle(roster, 5, 1);
    expect(lifecycle(roster, 1, 1).observations).toEqual([]);
    expect(lifecycle(roster, 1, 0)).toMatchObject({
      observations: [{ kind: "gone", lifecycle: "undefined" }],
      reread: "never",
    });
    expect(roster.get(dom.uuid)).toBeUndefined();
  });

  test("a migration shows until it is over", () => {
    const roster = rosterWith(true);
    roster.takeEvent({ kind: "migration", domain: dom, going: true }, 0);
    roster.takeStates([running], roster.mark(), true, 0);
    const seen = roster.takeStates([running], roster.mark(), true, 500);
    expect(seen.looks.get(dom.uuid)).toMatchObject({ facts: { state: "migrating" } });
    lifecycle(roster, 5, 3);
    expect(roster.get(dom.uuid)?.migrating).toBe(false);
  });
});
