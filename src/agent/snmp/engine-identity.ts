import { randomBytes } from "node:crypto";
import { Fault } from "../../base/fault.js";
import type { Store } from "../../base/store.js";

/** Who this SNMP engine is, and how often it has started. */
export interface EngineIdentity {
  readonly engineId: Buffer;
  /** This start included; already on disk. */
  readonly boots: number;
}

const KEY = "snmp/engine";
const LATCHED_BOOTS = 2147483647;
const RANDOM_OCTETS = 12;
/** "Octets, administratively assigned". @see RFC 3411, object SnmpEngineID */
const FORMAT_OCTETS = 5;

/**
 * Reads the engine's identity and counts this start, or makes the identity at the very first start. Identity and count are
 * one record, so that neither is ever there without the other: old messages could else be replayed to a young count. When
 * this resolves the count is on disk; nothing may be answered before.
 *
 * No enterprise number is registered for virtgate, and to borrow somebody's would be a lie, so the identity begins with the
 * reserved number 0 and is made unique by 96 random bits.
 *
 * @throws {Fault} `invalid` when the record is damaged, `storage-failed` when the disk refuses
 * @see RFC 3414, section 2.2
 */
export async function openEngineIdentity(store: Store): Promise<EngineIdentity> {
  const entry = await store.get(KEY);
  const before = entry && readRecord(entry.value);
  const engineId = before?.engineId ?? newEngineId();
  const boots = Math.min((before?.boots ?? 0) + 1, LATCHED_BOOTS);
  const value = JSON.stringify({ engineId: engineId.toString("hex"), boots });
  await store.write([{ key: KEY, value, expectedRevision: entry?.revision ?? 0 }]);
  return { engineId, boots };
}

function newEngineId(): Buffer {
  return Buffer.concat([Buffer.of(0x80, 0, 0, 0, FORMAT_OCTETS), randomBytes(RANDOM_OCTETS)]);
}

function readRecord(text: string): EngineIdentity {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    record = undefined;
  }
  if (typeof record === "object" && record !== null && "engineId" in record && "boots" in record) {
    const { engineId, boots } = record;
    const isId = typeof engineId === "string" && /^(?:[0-9a-f]{2}){5,32}$/.test(engineId);
    if (isId && Number.isInteger(boots) && Number(boots) >= 1) {
      return { engineId: Buffer.from(engineId, "hex"), boots: Number(boots) };
    }
  }
  throw new Fault(
    "invalid",
    `the record ${KEY} in the state directory is damaged; restore a backup, or remove the record and give every manager the new engine ID`,
    { path: KEY },
  );
}
