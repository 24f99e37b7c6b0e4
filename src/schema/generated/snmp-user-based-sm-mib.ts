// biome-ignore-all format: one object a line
// Made from mibs/SNMP-USER-BASED-SM-MIB.txt by schema/smi/shape-files.ts; the architecture test rewrites it.

/** @see SNMP-USER-BASED-SM-MIB, usmStats */
export const usmStats = {
  name: "usmStats",
  oid: [1, 3, 6, 1, 6, 3, 15, 1, 1],
  scalars: {
    usmStatsUnsupportedSecLevels: { id: 1, syntax: "Counter32", access: "read-only", description: "Messages dropped because their security level is unknown or not available." },
    usmStatsNotInTimeWindows: { id: 2, syntax: "Counter32", access: "read-only", description: "Messages dropped because they are outside the engine's time window." },
    usmStatsUnknownUserNames: { id: 3, syntax: "Counter32", access: "read-only", description: "Messages dropped because their user is not known." },
    usmStatsUnknownEngineIDs: { id: 4, syntax: "Counter32", access: "read-only", description: "Messages dropped because their engine is not known." },
    usmStatsWrongDigests: { id: 5, syntax: "Counter32", access: "read-only", description: "Messages dropped because their digest is wrong." },
    usmStatsDecryptionErrors: { id: 6, syntax: "Counter32", access: "read-only", description: "Messages dropped because they could not be decrypted." },
  },
} as const;
