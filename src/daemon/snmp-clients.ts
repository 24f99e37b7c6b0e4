import type {
  ConfiguredCommunity,
  ConfiguredTarget,
  ConfiguredTlsUser,
} from "../agent/snmp/framework/configured-rows.js";
import type { Configuration } from "./options.js";

type SnmpConfiguration = Configuration["snmp"];

/** The SNMPv3 user that every gateway has, with keys made at its first start. */
export const SNMP_USER = "virtgate";

export function configuredCommunities({ communities }: SnmpConfiguration): readonly ConfiguredCommunity[] {
  const names = [...new Set(communities.map(({ name }) => name.reveal()))];
  return communities.map(({ name, version, context, source }) => ({
    community: name.reveal(),
    version,
    securityName: `community${names.indexOf(name.reveal()) + 1}`, // one name for both versions of a community
    contextName: context,
    sources: source,
  }));
}

export function configuredTargets({ targets }: SnmpConfiguration): readonly ConfiguredTarget[] {
  return targets.map((target, index) => {
    const { name, address, version, transport, user, community, context, inform, timeoutMs, retries } = target;
    return {
      name,
      peer: address,
      version,
      contextName: context ?? "",
      ...(version === "v3"
        ? { securityName: user ?? (transport === "tls" ? name : SNMP_USER), securityLevel: "authPriv" as const }
        : { securityName: `target${index + 1}`, securityLevel: "noAuthNoPriv" as const }),
      ...(transport === "tls" ? { tls: tlsServerOf(target) } : {}),
      ...(community === undefined ? {} : { community: community.reveal() }),
      ...(inform ? { inform: { timeoutMs, retries } } : {}),
    };
  });
}

function tlsServerOf({ serverFingerprint, serverName }: SnmpConfiguration["targets"][number]) {
  return {
    ...(serverFingerprint === undefined ? {} : { fingerprint: Buffer.from(serverFingerprint.hex, "hex") }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

export function configuredTlsUsers({ tlsUsers }: SnmpConfiguration): readonly ConfiguredTlsUser[] {
  return tlsUsers.map(({ fingerprint, map, name, write }) => ({
    fingerprint: Buffer.from(fingerprint.hex, "hex"),
    map,
    name,
    write,
  }));
}
