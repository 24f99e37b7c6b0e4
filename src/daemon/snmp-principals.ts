import type { InventoryVisibility } from "../agent/snmp/machine-order.js";
import type { AccessRules, AccessSubject } from "../engine/access/access-rules.js";
import { type SnmpViews, snmpViews } from "../engine/access/snmp-views.js";
import { type MachineIdentity, type VisibleInventory, visibleInventory } from "../engine/access/visible-inventory.js";
import type { Principal } from "../protocol/snmp/object-source.js";
import { securityModel } from "../protocol/snmp/security.js";
import type { Configuration } from "./options.js";
import { configuredCommunities, configuredTargets } from "./snmp-clients.js";

/** What is known of rights beside the configuration of SNMP. */
export interface SnmpRights {
  readonly rules: AccessRules;
  /** Whom an SNMP user acts for, if the gateway knows him. */
  subjectOf(snmpUser: string): AccessSubject | undefined;
  /** The machines of a user. */
  ownedBy(user: string): readonly MachineIdentity[];
}

type SnmpConfiguration = Configuration["snmp"];
type Groups = readonly { readonly name: string }[] | undefined;

/** What security names from certificates may begin with. @see RFC 5591, object snmpTsmConfigurationUsePrefix */
const TLS_PREFIX = "tls:";

/**
 * Whom of those who ask by SNMP, or are told by it, the access rules decide about, and what these say. Somebody who has no groups, in
 * the file or as a user of the gateway, is none of them. One is made for each configuration: what was decided holds as long.
 */
export class SnmpPrincipals implements InventoryVisibility {
  readonly #rights: SnmpRights;
  /** By model and name, as the file has them. */
  readonly #groups: ReadonlyMap<string, Groups>;
  readonly #decided = new Map<string, VisibleInventory | undefined>();

  constructor(snmp: SnmpConfiguration, rights: SnmpRights) {
    this.#rights = rights;
    this.#groups = groupsIn(snmp);
  }

  /** What he may see, and set, of everything but hosts and machines; `undefined` when the rules do not say. */
  viewsOf(principal: Principal): SnmpViews | undefined {
    const subject = this.#subjectOf(principal);
    return subject && snmpViews(this.#rights.rules, subject);
  }

  of(principal: Principal): VisibleInventory | undefined {
    const key = keyOf(principal);
    if (this.#decided.has(key)) return this.#decided.get(key);
    const subject = this.#subjectOf(principal);
    // A name in the file that is no user's owns nothing, even when a user has the same.
    const user = this.#userOf(principal);
    const owned = user ? this.#rights.ownedBy(user.name) : [];
    const visible = subject && visibleInventory(this.#rights.rules, subject, owned);
    this.#decided.set(key, visible);
    return visible;
  }

  #subjectOf(principal: Principal): AccessSubject | undefined {
    const user = this.#userOf(principal);
    const groups = this.#groups.get(keyOf(principal));
    return groups ? { name: user?.name ?? nameOf(principal), groups: groups.map((group) => group.name) } : user;
  }

  #userOf(principal: Principal): AccessSubject | undefined {
    const isCommunity = principal.securityModel === securityModel.v1 || principal.securityModel === securityModel.v2c;
    return isCommunity ? undefined : this.#rights.subjectOf(nameOf(principal));
  }
}

/** Of several with one name the first counts, as it does for the tables. */
function groupsIn(snmp: SnmpConfiguration): ReadonlyMap<string, Groups> {
  const found = new Map<string, Groups>();
  const note = (model: Principal["securityModel"], securityName: string, groups: Groups): void => {
    const key = keyOf({ securityModel: model, securityName });
    if (!found.has(key)) found.set(key, groups);
  };
  for (const { name, groups } of snmp.users) note(securityModel.usm, name, groups);
  for (const { name, groups } of snmp.tlsUsers) note(securityModel.tsm, name, groups);
  for (const [i, { version, securityName }] of configuredCommunities(snmp).entries()) {
    note(securityModel[version], securityName, snmp.communities[i]?.groups);
  }
  for (const [i, { version, tls, securityName }] of configuredTargets(snmp).entries()) {
    const target = snmp.targets[i];
    if (tls) note(securityModel.tsm, securityName, target?.groups);
    else if (version !== "v3") note(securityModel[version], securityName, target && groupsOfTarget(target, snmp));
  }
  return found;
}

/** Whoever is told with a community hears of what one sees who asks with it, unless his groups say otherwise. */
function groupsOfTarget(target: SnmpConfiguration["targets"][number], { communities }: SnmpConfiguration): Groups {
  const alike = communities.filter(({ name }) => name.reveal() === target.community?.reveal());
  return target.groups ?? (alike.find(({ version }) => version === target.version) ?? alike[0])?.groups;
}

function nameOf({ securityModel: model, securityName }: Principal): string {
  const isPrefixed = model === securityModel.tsm && securityName.startsWith(TLS_PREFIX);
  return isPrefixed ? securityName.slice(TLS_PREFIX.length) : securityName;
}

function keyOf(principal: Principal): string {
  return `${principal.securityModel} ${nameOf(principal)}`;
}
