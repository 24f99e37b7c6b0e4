import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../../src/build.js";

// A process of its own that asks one agent for random cells, always as many at a time as it is told: one line of JSON.
// Requests are made before the clock starts; with SNMPv3 one message may be sent again, as long as its time is right.

const { values } = parseArgs({
  options: {
    agent: { type: "string", default: "" },
    community: { type: "string", default: "bench" },
    /** A folder with an `snmp.conf`, for SNMPv3. */
    v3: { type: "string" },
    columns: { type: "string", default: "" },
    rows: { type: "string", default: "1" },
    outstanding: { type: "string", default: "16" },
    seconds: { type: "string", default: "3" },
    /** At most so many requests a second; all that can be done when not given. */
    rate: { type: "string" },
    /** Ends of instances, for tables with more than one number in a row. */
    tail: { type: "string", default: "" },
    type: { type: "string", default: "get" },
    packets: { type: "string", default: "20000" },
  },
});

const program = await build();
const load = (/** @type {string} */ file) => import(join(program, file));
const { encodeCommunityMessage } = await load("protocol/snmp/message.js");
const { encodeScopedPdu, encodeV3Message, readV3Message, decodeUsmParameters } =
  await load("protocol/snmp/message-v3.js");
const { openMessage } = await load("protocol/snmp/message.js");
const { encrypt, digest } = await load("protocol/snmp/usm-crypto.js");
const { authProtocols, privProtocols } = await load("protocol/snmp/usm-protocol.js");
const { localizeKey, passwordToKey, privacyKey } = await load("protocol/snmp/keys.js");
const { BerWriter } = await load("codec/ber/ber-writer.js");

const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(values.agent) ?? [];
const columns = values.columns.split(",").map((column) => column.split(".").map(Number));
const rows = Number(values.rows);
const tail = values.tail === "" ? [] : values.tail.split(".").map(Number);

const socket = createSocket("udp4");
await new Promise((resolve) => socket.connect(Number(port), host, () => resolve(undefined)));
const packets = values.v3 === undefined ? plainPackets() : await securePackets(values.v3);
/** By the number of the packet, which its answer repeats: what gets lost must not shift the times of what follows. */
const sentAt = new Float64Array(packets.length + 1);
/** @type {number[]} */
const latencies = [];
let answered = 0;
let sent = 0;
let lost = 0;
/** Answers that have no value: an error, an exception, a report. */
let wrong = 0;

const began = performance.now();
const end = began + Number(values.seconds) * 1000;
const outstanding = Number(values.outstanding);
const rate = values.rate === undefined ? Number.POSITIVE_INFINITY : Number(values.rate);
let waiting = 0;

function sendOne() {
  const place = sent % packets.length;
  const packet = packets[place];
  sentAt[place + 1] = performance.now();
  sent += 1;
  waiting += 1;
  socket.send(packet);
}

await new Promise((resolve) => {
  socket.on("message", (answer) => {
    const now = performance.now();
    if (answered % 8 === 0 && latencies.length < 200_000) latencies.push(now - (sentAt[numberOf(answer)] ?? now));
    answered += 1;
    waiting -= 1;
    if (!hasValue(answer)) wrong += 1;
    if (now >= end) return finish();
    if (rate === Number.POSITIVE_INFINITY) sendOne();
  });
  // What got lost would be missed for ever: after a silence as many as before are sent anew.
  let last = 0;
  const watch = setInterval(() => {
    if (performance.now() >= end) return finish();
    if (answered === last && waiting > 0) {
      lost += waiting;
      waiting = 0;
      for (let i = 0; i < outstanding; i++) sendOne();
    }
    last = answered;
  }, 200);
  const pace =
    rate === Number.POSITIVE_INFINITY
      ? undefined
      : setInterval(() => {
          const due = ((performance.now() - began) / 1000) * rate;
          while (sent < due) sendOne();
        }, 1);
  if (rate === Number.POSITIVE_INFINITY) for (let i = 0; i < outstanding; i++) sendOne();
  function finish() {
    clearInterval(watch);
    clearInterval(pace);
    resolve(undefined);
  }
});
const seconds = (performance.now() - began) / 1000;
socket.close();
latencies.sort((a, b) => a - b);
const at = (/** @type {number} */ share) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
process.stdout.write(
  `${JSON.stringify({ answered, lost, wrong, perSecond: answered / seconds, medianMs: at(0.5), p99Ms: at(0.99) })}\n`,
);

/** The request-id of an answer, or its msgID with SNMPv3. @param {Buffer} answer */
function numberOf(answer) {
  const number = numberAt(answer);
  return answer.readIntBE(number + 2, answer[number + 1] ?? 1);
}

/** Where that number stands. @param {Buffer} answer */
function numberAt(answer) {
  const second = behind(answer, inside(answer, 0)); // the version is first; then the community, or SNMPv3's header
  return inside(answer, values.v3 === undefined ? behind(answer, second) : second);
}

/** @param {Buffer} answer @param {number} at */
function inside(answer, at) {
  return at + 2 + ((answer[at + 1] ?? 0) < 0x80 ? 0 : (answer[at + 1] ?? 0) & 0x7f);
}

/** @param {Buffer} answer @param {number} at */
function behind(answer, at) {
  return at + 2 + (answer[at + 1] ?? 0);
}

/**
 * Whether an answer can have a value. With SNMPv3 its inside is encrypted; reports about time, users and keys are not.
 * @param {Buffer} answer
 */
function hasValue(answer) {
  const first = numberAt(answer);
  if (values.v3 !== undefined) {
    const flags = behind(answer, behind(answer, first));
    return ((answer[flags + 2] ?? 0) & 3) === 3;
  }
  const errorStatus = behind(answer, first);
  // An exception has no content, and would be the last two octets.
  const isException = answer.at(-1) === 0 && [0x80, 0x81, 0x82].includes(answer.at(-2) ?? 0);
  return answer[errorStatus + 2] === 0 && !isException;
}

function randomOid() {
  const column = columns[Math.floor(Math.random() * columns.length)] ?? [];
  return [...column, 1 + Math.floor(Math.random() * rows), ...tail];
}

/** @param {number} requestId */
function pdu(requestId) {
  return {
    type: values.type === "getnext" ? "GetNextRequest" : "GetRequest",
    requestId,
    errorStatus: 0,
    errorIndex: 0,
    varBinds: [{ oid: randomOid(), value: { type: "Null" } }],
  };
}

function plainPackets() {
  const community = Buffer.from(values.community);
  return Array.from({ length: Number(values.packets) }, (_, i) => encodeCommunityMessage(1, community, pdu(i + 1)));
}

/** @param {string} folder */
async function securePackets(folder) {
  const settings = new Map(
    readFileSync(join(folder, "snmp.conf"), "utf8")
      .split("\n")
      .map((line) => {
        const [name = "", ...rest] = line.trim().split(/\s+/);
        return /** @type {[string, string]} */ ([name, rest.join(" ")]);
      }),
  );
  const setting = (/** @type {string} */ name) => settings.get(name) ?? "";
  const engine = await discover();
  const auth = authProtocols[setting("defAuthType")];
  const priv = privProtocols[setting("defPrivType")];
  const key = (/** @type {string} */ kind) => {
    const localized = setting(`def${kind}LocalizedKey`);
    if (localized !== "") return Buffer.from(localized.replace(/^0x/, ""), "hex");
    return localizeKey(auth, passwordToKey(auth, setting(`def${kind}Passphrase`)), engine.engineId);
  };
  const authKey = { protocol: auth, localizedKey: key("Auth") };
  const privKey = { protocol: priv, localizedKey: privacyKey(auth, priv, key("Priv"), engine.engineId) };
  return Array.from({ length: Number(values.packets) }, (_, i) => {
    const salt = Buffer.alloc(8);
    salt.writeUInt32BE(i, 4);
    const scoped = encodeScopedPdu(engine.engineId, Buffer.alloc(0), pdu(i + 1));
    const encrypted = encrypt(privKey, engine.engineBoots, engine.engineTime, salt, scoped);
    const writer = new BerWriter(encrypted.length + 6);
    writer.octets(encrypted);
    const { message, digestAt } = encodeV3Message(
      { msgId: i + 1, msgMaxSize: 65507, flags: 7, securityModel: 3 },
      {
        engineId: engine.engineId,
        engineBoots: engine.engineBoots,
        engineTime: engine.engineTime,
        userName: Buffer.from(setting("defSecurityName")),
        authenticationParameters: new Uint8Array(auth.digestOctets),
        privacyParameters: salt,
      },
      writer.finish(),
    );
    message.set(digest(authKey, message, digestAt), digestAt);
    return message;
  });
}

async function discover() {
  const { message } = encodeV3Message(
    { msgId: 1, msgMaxSize: 65507, flags: 4, securityModel: 3 },
    {
      engineId: new Uint8Array(0),
      engineBoots: 0,
      engineTime: 0,
      userName: new Uint8Array(0),
      authenticationParameters: new Uint8Array(0),
      privacyParameters: new Uint8Array(0),
    },
    encodeScopedPdu(new Uint8Array(0), Buffer.alloc(0), { ...pdu(1), varBinds: [] }),
  );
  const answer = new Promise((resolve) => socket.once("message", resolve));
  socket.send(message);
  return decodeUsmParameters(readV3Message(openMessage(await answer).rest).securityParameters);
}
