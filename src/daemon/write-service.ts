import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import type { Clock } from "../base/clock.js";
import { Fault } from "../base/fault.js";
import type { Log } from "../base/log.js";
import type { Store } from "../base/store.js";
import { AccessControl } from "../engine/access/access-control.js";
import type { AccessSubject } from "../engine/access/access-rules.js";
import { ADMINISTRATORS, firstRules } from "../engine/access/first-rules.js";
import { Owners } from "../engine/access/owners.js";
import { PasswordHasher } from "../engine/access/password.js";
import { Users } from "../engine/access/users.js";
import { Audit } from "../engine/audit.js";
import { ChangeEngine } from "../engine/change/change-engine.js";
import type { Ingest } from "../engine/ingest.js";
import { Transfers } from "../engine/transfers.js";
import { LineFile } from "../store/line-file.js";
import { nodeFileSystem } from "../store/node-file-system.js";
import type { HostSet } from "./host-set.js";
import { localNodeAgent } from "./local-node-agent.js";
import type { SnmpRights } from "./snmp-principals.js";

export interface WriteServiceParts {
  readonly store: Store;
  readonly ingest: Ingest;
  readonly hosts: HostSet;
  readonly stateDirectory: string;
  /** What somebody may see is decided anew: a machine of his is elsewhere. */
  readonly rightsChanged: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Everything that changes something on somebody's behalf: who may, how it is done, and what was. */
export class WriteService {
  readonly clock: Clock;
  readonly engine: ChangeEngine;
  readonly transfers: Transfers;
  readonly users: Users;
  readonly owners: Owners;
  readonly access: AccessControl;
  readonly audit: Audit;
  readonly #ingest: Ingest;

  private constructor(
    parts: WriteServiceParts,
    engine: ChangeEngine,
    transfers: Transfers,
    users: Users,
    owners: Owners,
    access: AccessControl,
    audit: Audit,
  ) {
    this.clock = parts.clock;
    this.#ingest = parts.ingest;
    this.engine = engine;
    this.transfers = transfers;
    this.users = users;
    this.owners = owners;
    this.access = access;
    this.audit = audit;
  }

  /** @throws {Fault} `storage-failed` when the state directory does not give back what it was given */
  static async open(parts: WriteServiceParts): Promise<WriteService> {
    const { store, ingest, hosts, stateDirectory, clock, log } = parts;
    const file = join(stateDirectory, "audit", "audit.jsonl");
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const audit = await Audit.open(await LineFile.open(nodeFileSystem, file), store, clock);
    const access = new AccessControl(firstRules);
    const newId = (): string => `${clock.now().toString(36)}-${randomBytes(4).toString("hex")}`;
    const owners = await Owners.open(store);
    const transfers = new Transfers(clock, newId);
    const engine = await ChangeEngine.open({
      ...{ store, clock, log, access, audit },
      inventory: ingest.inventory,
      feed: ingest.feed,
      ports: {
        hypervisorOf: (host) => hosts.hypervisor(host),
        nodeAgentOf: (node) => {
          if (!isOwnNode(ingest, node)) {
            throw new Fault(
              "unsupported",
              `node ${node} has no agent that the gateway could ask: only its own computer's can be`,
            );
          }
          return localNodeAgent(node);
        },
        transferOf: transfers.claim,
      },
      ownerOf: (action) => ("machine" in action ? owners.of({ host: action.host, uuid: action.machine }) : undefined),
      moved: async (host, uuid, destination) => {
        if (await owners.move({ host, uuid }, destination)) parts.rightsChanged();
      },
      look: (host, uuid) => hosts.look(host, uuid),
      lookAround: (host, what) => hosts.lookAround(host, what),
      newId,
    });
    const users = await Users.open(store, new PasswordHasher());
    return new WriteService(parts, engine, transfers, users, owners, access, audit);
  }

  /** What users may do who ask by SNMP, as things are now. */
  snmpRights(): SnmpRights {
    return {
      rules: this.access.rules,
      subjectOf: (snmpUser) => this.users.withSnmpUser(snmpUser),
      ownedBy: (user) => this.owners.ownedBy(user),
    };
  }

  /** Tells what somebody did that is no change of a host. */
  async tell(subject: AccessSubject, what: string, object: string): Promise<void> {
    await this.audit.add({
      ...{ principal: subject.name, via: "cli", what, objects: [object], outcome: "done" },
      ...{ events: [], sequence: this.#ingest.feed.sequence },
    });
  }

  async stop(): Promise<void> {
    this.transfers.stop();
    await this.engine.stop();
    await this.audit.close();
  }
}

/** Whoever can open the control socket: it is the gateway's own user, or root. */
export function gatewayOwner(): AccessSubject {
  return { name: userInfo().username, groups: [ADMINISTRATORS], isRecovery: true };
}

/** Whether a node is the gateway's own computer, and one of its hosts may be written to. */
function isOwnNode(ingest: Ingest, node: string): boolean {
  return [...ingest.inventory.current().hosts.values()].some(
    ({ host }) => host.allowWrite && host.facts?.local === true && (host.facts.nodeUuid ?? host.name) === node,
  );
}
