import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Fault } from "../../../../src/base/fault.js";
import type { SetHandler, SetOutcome, SetStep } from "../../../../src/protocol/snmp/set.js";
import { testAgent, testUser } from "../../../support/snmp-agent.js";
import { communityRequest, openCommunity, openV3, setRequest, v3Request } from "../../../support/snmp-manager.js";

const V1 = 0;
const V2C = 1;
const peer = { address: "192.0.2.7", port: 40000 };
const change = { oid: [1, 3, 6, 1, 2, 1, 1, 5, 0], value: { type: "OctetString", value: Buffer.from("new") } } as const;
const request = communityRequest(V2C, setRequest(change, change));

/** What happened, in order; a step waits until it is let go. */
class Script implements SetHandler {
  readonly events: string[] = [];
  readonly #steps: readonly string[];
  readonly #failing: ReadonlySet<string>;
  #release: () => void = () => {};

  /** @param failing `commit b`, `undo a`: what throws */
  constructor(steps: readonly string[], ...failing: readonly string[]) {
    this.#steps = steps;
    this.#failing = new Set(failing);
  }

  plan(): SetOutcome | readonly SetStep[] {
    this.events.push("plan");
    return this.#steps.map((name, i) => ({
      errorIndex: i + 1,
      commit: () => this.#act(`commit ${name}`),
      undo: () => this.#act(`undo ${name}`),
    }));
  }

  /** Lets the step that waits go on, and everything that follows without waiting. */
  async go(): Promise<void> {
    this.#release();
    await turn();
  }

  async goOn(): Promise<void> {
    for (let i = 0; i < 10; i += 1) await this.go();
  }

  async #act(what: string): Promise<void> {
    this.events.push(what);
    await new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    if (this.#failing.has(what)) throw new Fault("storage-failed", what);
  }
}

function start(setHandler: SetHandler) {
  const answers: Buffer[] = [];
  const agent = testAgent([testUser("secret", "SHA-256", "AES")], { setHandler });
  const ask = (datagram: Buffer, from = peer) => agent.engine.handle(datagram, from, (octets) => answers.push(octets));
  return { ...agent, ask, answers };
}

describe("a SetRequest (RFC 3416, section 4.2.5)", () => {
  test("is answered when it has taken effect, not before", async () => {
    const script = new Script(["a", "b"]);
    const { ask, answers, counters } = start(script);
    expect(ask(request)).toBeUndefined();
    await script.go();
    expect(script.events).toEqual(["plan", "commit a", "commit b"]);
    expect(answers).toEqual([]);
    await script.go();
    expect(openCommunity(answers[0])).toMatchObject({ errorStatus: 0, errorIndex: 0, varBinds: [change, change] });
    expect(counters).toMatchObject({ responses: 1, varBinds: 2, internalErrors: 0 });
  });

  test("takes back what it did when a part fails, and says commitFailed", async () => {
    const script = new Script(["a", "b", "c"], "commit c");
    const { ask, answers, counters } = start(script);
    ask(request);
    await script.goOn();
    expect(script.events).toEqual(["plan", "commit a", "commit b", "commit c", "undo b", "undo a"]);
    expect(openCommunity(answers[0])).toMatchObject({ errorStatus: 14, errorIndex: 3 });
    expect(counters.internalErrors).toBe(0);
  });

  test("says undoFailed, without an index, when a part cannot be taken back, and takes back the others", async () => {
    const script = new Script(["a", "b", "c"], "commit c", "undo b");
    const { ask, answers } = start(script);
    ask(request);
    await script.goOn();
    expect(script.events.slice(-2)).toEqual(["undo b", "undo a"]);
    expect(openCommunity(answers[0])).toMatchObject({ errorStatus: 15, errorIndex: 0 });
  });

  test("that fails while it takes effect is genErr in SNMPv1 (RFC 3584, section 4.4)", async () => {
    const script = new Script(["a"], "commit a");
    const { ask, answers } = start(script);
    ask(communityRequest(V1, setRequest(change)));
    await script.goOn();
    expect(openCommunity(answers[0])).toMatchObject({ errorStatus: 5, errorIndex: 1, varBinds: [change] });
  });

  test("is tested when those before it are done", async () => {
    const script = new Script(["a"]);
    const { ask, answers } = start(script);
    ask(request);
    ask(communityRequest(V2C, setRequest(change)));
    expect(script.events).toEqual(["plan", "commit a"]);
    await script.go();
    expect(script.events).toEqual(["plan", "commit a", "plan", "commit a"]);
    await script.go();
    expect(answers).toHaveLength(2);
  });

  test("that comes again while it is carried out is carried out once and answered each time", async () => {
    const script = new Script(["a"]);
    const { ask, answers } = start(script);
    const user = testUser("secret", "SHA-256", "AES");
    const pdu = setRequest(change);
    for (const msgId of [1, 2]) ask(v3Request({ pdu, user, level: "authPriv", msgId }));
    await script.goOn();
    expect(script.events).toEqual(["plan", "commit a"]);
    expect(answers.map((octets) => openV3(octets, user).msgId)).toEqual([1, 2]);
  });

  test("from another port, or with another request-id, is another request", async () => {
    const script = new Script(["a"]);
    const { ask } = start(script);
    ask(request);
    ask(request, { ...peer, port: 40001 });
    ask(communityRequest(V2C, { ...setRequest(change, change), requestId: 2 }));
    await script.goOn();
    expect(script.events.filter((event) => event === "plan")).toHaveLength(3);
  });

  test("that finds too many before it is resourceUnavailable at once", async () => {
    const script = new Script(["a"]);
    const { ask, answers } = start(script);
    const numbered = (requestId: number): Buffer => communityRequest(V2C, { ...setRequest(change), requestId });
    for (let i = 0; i < 33; i += 1) expect(ask(numbered(i))).toBeUndefined();
    expect(openCommunity(ask(numbered(99)))).toMatchObject({ requestId: 99, errorStatus: 13, errorIndex: 1 });
    for (let i = 0; i < 33; i += 1) await script.go();
    expect(answers).toHaveLength(33);
  });

  test("of somebody else gets its turn, and its place, beside many of one writer", async () => {
    const script = new Script(["a"]);
    const { ask, answers, counters } = start(script);
    const user = testUser("secret", "SHA-256", "AES");
    const numbered = (requestId: number): Buffer => communityRequest(V2C, { ...setRequest(change), requestId });
    for (let i = 1; i <= 200; i += 1) ask(numbered(i), { ...peer, address: `192.0.2.${i}` });
    const own = { ...setRequest(change), requestId: 1000 };
    expect(ask(v3Request({ pdu: own, user, level: "authPriv" }))).toBeUndefined();
    await script.go();
    await script.go();
    await script.go();
    expect(answers.slice(0, 2).map((octets) => openCommunity(octets).requestId)).toEqual([1, 2]);
    expect(openV3(answers[2], user).pdu).toMatchObject({ requestId: 1000, errorStatus: 0 });
    expect(counters.internalErrors).toBe(0);
  });

  test("is judged by the rights that hold when its turn comes", async () => {
    const script = new Script(["a"]);
    const { ask, answers, engine } = start(script);
    ask(request);
    ask(communityRequest(V2C, setRequest(change)));
    engine.reconfigure({
      users: [],
      communities: [{ community: "public", securityName: "reader", contextName: "" }],
      vacm: { groups: [], access: [], views: [] },
      versions: ["v2c"],
    });
    await script.goOn();
    expect(answers.map((octets) => openCommunity(octets).errorStatus)).toEqual([0, 16]);
    expect(script.events).toEqual(["plan", "commit a"]);
  });

  test("that meets a defect is genErr, and those behind it are carried out", async () => {
    const script = new Script(["a"]);
    let defects = 1;
    const { ask, counters } = start({
      plan: () => {
        if (defects-- > 0) throw new TypeError("a defect");
        return script.plan();
      },
    });
    expect(openCommunity(ask(request))).toMatchObject({ errorStatus: 5, errorIndex: 0 });
    expect(counters.internalErrors).toBe(1);
    expect(ask(request)).toBeUndefined();
    await script.go();
    expect(script.events).toEqual(["plan", "commit a"]);
  });
});
