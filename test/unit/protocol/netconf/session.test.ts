import { describe, expect, test } from "vitest";
import type { element } from "../../../../src/codec/xml/element.js";
import { parseXml } from "../../../../src/codec/xml/parse.js";
import { MessageFramer } from "../../../../src/protocol/netconf/framing.js";
import { baseCapability, netconfNamespace } from "../../../../src/protocol/netconf/names.js";
import type { Reply } from "../../../../src/protocol/netconf/reply.js";
import type { RpcRequest } from "../../../../src/protocol/netconf/rpc.js";
import { ServerSession, type SessionLimits } from "../../../../src/protocol/netconf/session.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { type PairOptions, pairedChannels, settled } from "../../../support/paired-channels.js";

const base10 = `<capability>${baseCapability["1.0"]}</capability>`;
const base11 = `<capability>${baseCapability["1.1"]}</capability>`;

function hello(capabilities: string, more = "", namespace = netconfNamespace): string {
  return `<hello xmlns="${namespace}"><capabilities>${capabilities}</capabilities>${more}</hello>]]>]]>`;
}

function rpc(id: number, operation: string): string {
  return `<rpc xmlns="${netconfNamespace}" message-id="${id}">${operation}</rpc>`;
}

function chunk(text: string): string {
  return `\n#${Buffer.byteLength(text)}\n${text}\n##\n`;
}

interface Options {
  readonly limits?: Partial<SessionLimits>;
  readonly pair?: PairOptions;
  readonly reply?: (request: RpcRequest) => Reply | Promise<Reply>;
}

function connected({ limits = {}, pair = {}, reply = () => ({ kind: "ok" }) }: Options = {}) {
  const [ours, theirs] = pairedChannels(pair);
  const clock = new ManualClock();
  const framer = new MessageFramer(64 * 1024 * 1024);
  const got: string[] = [];
  const ends: string[] = [];
  const requests: string[] = [];
  let opened: readonly string[] | undefined;
  const session = new ServerSession(ours, {
    clock,
    sessionId: 7,
    capabilities: [baseCapability["1.0"], baseCapability["1.1"], "urn:example:a&b"],
    limits,
    onOpen: (capabilities) => {
      opened = capabilities;
    },
    onRpc: async (request) => {
      requests.push(request.operation.local);
      return reply(request);
    },
    onEnd: (end) => ends.push(end),
  });
  session.start();
  let isClosed = false;
  theirs.listen({
    onData: (octets) => {
      framer.push(octets);
      for (let one = framer.next(); one !== undefined; one = framer.next()) got.push(one.toString());
    },
    onClose: () => {
      isClosed = true;
    },
  });
  const send = async (text: string | Buffer): Promise<void> => {
    theirs.write(Buffer.from(text as string));
    await settled();
  };
  return {
    session,
    clock,
    got,
    ends,
    requests,
    theirs,
    send,
    opened: () => opened,
    isClosed: () => isClosed,
    async open(capabilities = base11): Promise<void> {
      await send(hello(capabilities));
      if (capabilities.includes(baseCapability["1.1"])) framer.useChunks();
      got.length = 0;
    },
  };
}

describe("ServerSession, hello (RFC 6241, section 8.1)", () => {
  test("H1: says hello unasked, with base capabilities and its number, all escaped", async () => {
    const { got } = connected();
    await settled();
    const message = parseXml(got[0] ?? "");
    expect(message).toMatchObject({ local: "hello", namespace: netconfNamespace });
    expect(got[0]).toContain("<session-id>7</session-id>");
    expect(got[0]).toContain(base10);
    expect(got[0]).toContain(base11);
    expect(got[0]).toContain("urn:example:a&amp;b");
  });

  test("H3: a client of version 1.0 is answered in its framing", async () => {
    const { open, send, got } = connected();
    await open(base10);
    await send(`${rpc(1, "<get/>")}]]>]]>${rpc(2, "<get/>")}]]>]]>`);
    expect(got.map((one) => parseXml(one).attributes.find(({ name }) => name === "message-id")?.value)).toEqual([
      "1",
      "2",
    ]);
  });

  test("H4: a client of both versions is answered in chunks", async () => {
    const { open, send, got } = connected();
    await open(base10 + base11);
    await send(chunk(rpc(1, "<get/>")));
    expect(got).toEqual([`<rpc-reply xmlns="${netconfNamespace}" message-id="1"><ok/></rpc-reply>`]);
  });

  test.each([
    ["H5: a session-id", hello(base11, "<session-id>1</session-id>")],
    ["H6: no version in common", hello("<capability>urn:example</capability>")],
    ["H7: a request", `${rpc(1, "<get/>")}]]>]]>`],
    ["H8: a hello in another namespace", hello(base11, "", "urn:example")],
    ["something that is no XML", "hello]]>]]>"],
    ["two lists of capabilities", hello(base11, `<capabilities>${base11}</capabilities>`)],
  ])("%s instead of a hello ends the session without an answer", async (_, text) => {
    const { send, got, ends, isClosed } = connected();
    await settled();
    await send(text);
    expect(ends).toEqual(["bad-hello"]);
    expect(got).toHaveLength(1);
    expect(isClosed()).toBe(true);
  });

  test("H9: takes unknown capabilities, white space, a declaration and comments", async () => {
    const { send, opened } = connected();
    const list = `<capability>\n  ${baseCapability["1.1"]}\n</capability><!-- b --><capability>urn:x</capability>`;
    await send(`<?xml version="1.0"?><!-- a -->${hello(list)}`);
    expect(opened()).toEqual([baseCapability["1.1"], "urn:x"]);
  });

  test("H11: ends when no hello comes in time", async () => {
    const { send, clock, ends } = connected();
    await send("<hello");
    clock.advance(9_999);
    expect(ends).toEqual([]);
    clock.advance(1);
    expect(ends).toEqual(["bad-hello"]);
  });
});

describe("ServerSession, messages", () => {
  test("R1: returns all attributes of the request, with their prefixes", async () => {
    const { open, send, got } = connected();
    await open();
    const id = `&lt;&amp;"é`;
    await send(
      chunk(`<n:rpc xmlns:n="${netconfNamespace}" xmlns:x="urn:x" x:a="1" message-id='${id}'><n:get/></n:rpc>`),
    );
    const reply = parseXml(got[0] ?? "");
    expect(reply).toMatchObject({ local: "rpc-reply", namespace: netconfNamespace });
    const returned = Object.fromEntries(reply.attributes.map(({ name, value }) => [name, value]));
    expect(returned).toMatchObject({ "xmlns:x": "urn:x", "x:a": "1", "message-id": '<&"é' });
    expect(reply.attributes.find(({ name }) => name === "x:a")?.namespace).toBe("urn:x");
  });

  test.each([
    ["R3: no message-id", `<rpc xmlns="${netconfNamespace}"><get/></rpc>`, "missing-attribute"],
    ["R6: text that is not well-formed", "<rpc", "malformed-message"],
    ["R10: a document type", `<!DOCTYPE a>${rpc(1, "<get/>")}`, "malformed-message"],
    ["R13: another namespace", '<rpc xmlns="urn:x" message-id="1"><get/></rpc>', "malformed-message"],
    ["no operation", rpc(1, ""), "malformed-message"],
    ["two operations", rpc(1, "<get/><get/>"), "unknown-element"],
    ["R11: 20,000 elements in each other", rpc(1, "<a>".repeat(20_000)), "malformed-message"],
  ])("%s is refused, and the next request is answered", async (_, text, tag) => {
    const { open, send, got, session } = connected();
    await open();
    await send(chunk(text));
    expect(got).toHaveLength(1);
    expect(got[0]).toContain(`<error-type>rpc</error-type><error-tag>${tag}</error-tag>`);
    await send(chunk(rpc(2, "<get/>")));
    expect(got[1]).toContain('message-id="2"><ok/>');
    expect(session.counters).toMatchObject({ inRpcs: 1, inBadRpcs: 1, outRpcErrors: 1 });
  });

  test("R8: octets that are not UTF-8 are refused", async () => {
    const { open, send, got } = connected();
    await open();
    await send(Buffer.concat([Buffer.from("\n#4\n<a>"), Buffer.from([0xff]), Buffer.from("\n##\n")]));
    expect(got[0]).toContain("malformed-message");
  });

  test("R18: requests of a session are answered in order, one after the other", async () => {
    const waiting: (() => void)[] = [];
    const { open, send, got, requests } = connected({
      reply: () => new Promise((resolve) => waiting.push(() => resolve({ kind: "ok" }))),
    });
    await open();
    await send([1, 2, 3].map((id) => chunk(rpc(id, `<op${id}/>`))).join(""));
    expect(requests).toEqual(["op1"]);
    for (let count = 0; count < 3; count += 1) {
      waiting[count]?.();
      await settled();
    }
    expect(requests).toEqual(["op1", "op2", "op3"]);
    expect(got.map((one) => /message-id="(\d)"/.exec(one)?.[1])).toEqual(["1", "2", "3"]);
  });

  test("F4 to F8: broken framing ends the session at once", async () => {
    const { open, send, ends, requests } = connected();
    await open();
    await send(`${rpc(1, "<get/>")}]]>]]>`);
    expect(ends).toEqual(["other"]);
    expect(requests).toEqual([]);
  });

  test("F11: a message above the limit is answered with too-big, then the session ends", async () => {
    const { open, send, ends, got } = connected({ limits: { messageOctets: 1000 } });
    await open();
    await send("\n#1001\n");
    expect(got[0]).toContain("<error-tag>too-big</error-tag>");
    expect(ends).toEqual(["other"]);
  });

  test("F12: a client that reads nothing is dropped after a while, and nothing is made for it meanwhile", async () => {
    let made = 0;
    function* pieces(): Generator<string> {
      for (; made < 1000; made += 1) yield "x".repeat(100_000);
    }
    const { open, send, clock, ends, theirs } = connected({
      pair: { highWaterOctets: 200_000 },
      reply: () => ({ kind: "content", pieces: pieces() }),
    });
    await open();
    theirs.pause();
    await send(chunk(rpc(1, "<get/>")));
    expect(made).toBeLessThan(10);
    clock.advance(60_000);
    await settled();
    expect(ends).toEqual(["timeout"]);
    expect(made).toBeLessThan(10);
  });

  test("the rest of a message must come in time, and another session's time is its own", async () => {
    const { open, send, clock, ends } = connected();
    await open();
    clock.advance(1_000_000);
    expect(ends).toEqual([]);
    await send("\n#10\n<rp");
    clock.advance(19_000);
    await send("c");
    clock.advance(19_000);
    expect(ends).toEqual([]);
    clock.advance(1_000);
    expect(ends).toEqual(["timeout"]);
  });

  test("ends when idle for too long, unless it has subscribed", async () => {
    const { open, clock, ends, session } = connected({ limits: { idleMs: 5000 } });
    await open();
    session.allowIdle(true);
    clock.advance(10_000);
    expect(ends).toEqual([]);
    session.allowIdle(false);
    clock.advance(5000);
    expect(ends).toEqual(["timeout"]);
  });

  test("a request that ends the session is answered first", async () => {
    const { open, send, got, ends, isClosed } = connected({ reply: () => ({ kind: "ok", endsSession: true }) });
    await open();
    await send(chunk(rpc(1, "<close-session/>")) + chunk(rpc(2, "<get/>")));
    expect(got).toHaveLength(1);
    expect(ends).toEqual(["closed"]);
    expect(isClosed()).toBe(true);
  });

  test("a reply that fails in the middle ends the session, and nothing is thrown", async () => {
    function* pieces(): Generator<string> {
      yield "x".repeat(70_000);
      throw new Error("it broke");
    }
    const { open, send, ends } = connected({ reply: () => ({ kind: "content", pieces: pieces() }) });
    await open();
    await send(chunk(rpc(1, "<get/>")));
    expect(ends).toEqual(["other"]);
  });

  test("errors carry all their parts, and what XML cannot carry is replaced", async () => {
    const { open, send, got } = connected({
      reply: () => ({
        kind: "errors",
        errors: [
          {
            type: "application",
            tag: "data-missing",
            appTag: "instance-required",
            path: { text: "/v:hosts/v:host[v:name='a<b']", namespaces: new Map([["v", "urn:v"]]) },
            message: "no \u0000 such host",
            info: [{ name: "bad-element", text: "host" }],
          },
        ],
      }),
    });
    await open();
    await send(chunk(rpc(1, "<get/>")));
    const [error] = parseXml(got[0] ?? "").children;
    expect(typeof error).toBe("object");
    const parts = (error as ReturnType<typeof element>).children as ReturnType<typeof element>[];
    expect(parts.map(({ local, children }) => [local, typeof children[0] === "string" ? children[0] : "…"])).toEqual([
      ["error-type", "application"],
      ["error-tag", "data-missing"],
      ["error-severity", "error"],
      ["error-app-tag", "instance-required"],
      ["error-path", "/v:hosts/v:host[v:name='a<b']"],
      ["error-message", "no \uFFFD such host"],
      ["error-info", "…"],
    ]);
  });
});

describe("ServerSession, notifications (RFC 5277)", () => {
  const text = (number: number): string => `<notification>${number}</notification>`;

  test("come between replies, never in the middle of one, and in order", async () => {
    let more: (() => void) | undefined;
    async function* pieces(): AsyncGenerator<string> {
      yield "a".repeat(70_000);
      await new Promise<void>((resolve) => {
        more = resolve;
      });
      yield "b";
    }
    const { open, send, got, session } = connected({ reply: () => ({ kind: "content", pieces: pieces() }) });
    await open();
    session.notify(text(1));
    await settled();
    await send(chunk(rpc(1, "<get/>")));
    session.notify(text(2));
    session.notify(text(3));
    await settled();
    more?.();
    await settled();
    expect(got.map((one) => (one.startsWith("<rpc-reply") ? "reply" : one))).toEqual([
      text(1),
      "reply",
      text(2),
      text(3),
    ]);
    expect(session.counters.outNotifications).toBe(3);
  });

  test("N13: the oldest are dropped and counted when a reader is slow", async () => {
    const { open, session, theirs, got } = connected({
      pair: { highWaterOctets: 100 },
      limits: { waitingNotifications: 5 },
    });
    await open();
    theirs.pause();
    for (let number = 0; number < 20; number += 1) session.notify(text(number).padEnd(200));
    await settled();
    expect(session.droppedNotifications).toBeGreaterThan(0);
    theirs.resume();
    await settled();
    expect(got.at(-1)?.trim()).toBe(text(19));
    expect(got.length + session.droppedNotifications).toBe(20);
  });
});
