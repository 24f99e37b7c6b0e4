import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { webRoutes } from "../agent/console/web-routes.js";
import type { Clock } from "../base/clock.js";
import { systemClock } from "../base/clock.js";
import { reasonOf } from "../base/fault.js";
import type { HttpRoute } from "../base/http.js";
import { ChangeFeed } from "../engine/change-feed.js";
import { History, type HistoryReader } from "../engine/history/history.js";
import { LONGEST_MS } from "../engine/history/long-history.js";
import { Ingest } from "../engine/ingest.js";
import type { Generation, InventoryReader } from "../inventory/generation.js";
import { JournalStore } from "../store/journal-store.js";
import { RingFiles } from "../store/ring-file.js";
import { openStateDirectory, stateDirectoryPath } from "../store/state-directory.js";
import { AddedHosts, type CheckedOrder } from "./added-hosts.js";
import { auditOrders } from "./audit-orders.js";
import { changeOrders } from "./change-orders.js";
import { compareConfigurations } from "./compare-configurations.js";
import { loadConfiguration, requireConfiguration } from "./config-file.js";
import { configuredRules } from "./configured-access.js";
import { findLocalHosts } from "./default-hosts.js";
import { knownHostsPath, pinHostKeys } from "./host-pins.js";
import { requireNew, whyNotRemoved } from "./host-place.js";
import { type HostPlans, planHosts } from "./host-plan.js";
import { HostSet } from "./host-set.js";
import { libvirtProbe } from "./libvirt-probe.js";
import type { TakenPort } from "./next-free-port.js";
import type { Configuration } from "./options.js";
import type { LevelledLog } from "./pino-log.js";
import { programVersion } from "./program.js";
import { reloadReport } from "./reload-report.js";
import type {
  GatewayArguments,
  HostAnswer,
  HostChoice,
  Listeners,
  ReloadReport,
  RunningGateway,
  StartGateway,
} from "./running-gateway.js";
import { type SimulatedHosts, startSimulatedHosts } from "./simulated-hosts.js";
import { SNMP_USER } from "./snmp-clients.js";
import { SnmpService } from "./snmp-service.js";
import { transferOrders } from "./transfer-orders.js";
import { userDirectories } from "./user-directories.js";
import { userOrders } from "./user-orders.js";
import { openWebPort, type WebPort } from "./web-port.js";
import { WriteService } from "./write-service.js";

/** Starts everything, in an order in which nothing is told to anybody before it is safe on disk. */
export const startGateway: StartGateway = async ({ arguments: given, log }) => {
  const loaded = await readConfiguration(given);
  for (const warning of loaded.warnings) log.warn("configuration.warning", { warning });
  const gateway = new Gateway(given, loaded.configuration, loaded.file, log);
  try {
    await gateway.start();
    return gateway;
  } catch (error) {
    await gateway.stop();
    throw error;
  }
};

async function readConfiguration(given: GatewayArguments) {
  const loaded = await loadConfiguration({ config: given.config, env: process.env, users: [SNMP_USER] });
  return { ...loaded, configuration: requireConfiguration(loaded) };
}

class Gateway implements RunningGateway {
  readonly clock: Clock = systemClock;
  readonly version = programVersion();
  readonly startedAt = Date.now();
  readonly stateDirectory: string;
  readonly configFile: string | undefined;
  readonly inventory: InventoryReader = { current: (): Generation => this.#require(this.#ingest).inventory.current() };
  readonly history: HistoryReader = {
    read: (machine, span) => this.#require(this.#history).read(machine, span),
    recentCpu: (machine) => this.#require(this.#history).recentCpu(machine),
  };
  readonly orders: HttpRoute[] = [];
  readonly #routes = webRoutes(this);
  readonly #given: GatewayArguments;
  readonly #log: LevelledLog;
  /** What to close, in the reverse of this order. */
  readonly #closers: (() => Promise<void>)[] = [];
  #configuration: Configuration;
  #plans: HostPlans | undefined;
  #ingest: Ingest | undefined;
  #history: History | undefined;
  #added: AddedHosts | undefined;
  #hosts: HostSet | undefined;
  #simulated: SimulatedHosts | undefined;
  #writes: WriteService | undefined;
  #snmp: SnmpService | undefined;
  #web: WebPort | undefined;
  #simulations = 0;
  #reloading: Promise<unknown> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(given: GatewayArguments, configuration: Configuration, configFile: string | undefined, log: LevelledLog) {
    this.#given = given;
    this.#configuration = configuration;
    this.#log = log;
    this.configFile = configFile;
    this.stateDirectory = stateDirectoryPath(given.state ?? configuration.state.directory, process.env);
  }

  async start(): Promise<void> {
    const { clock, stateDirectory, version } = this;
    const log = this.#log;
    const configuration = this.#configuration;
    log.setLevel(configuration.log.level);
    const state = await openStateDirectory(stateDirectory);
    this.#closers.push(() => state.close());
    this.#added = await AddedHosts.open(state);
    const plans = await this.#plan(configuration);
    const store = await JournalStore.open(join(stateDirectory, "store"), { clock, log });
    this.#closers.push(() => store.close());
    const ingest = await Ingest.open(store, await ChangeFeed.open(store), clock, log);
    this.#ingest = ingest;
    this.#closers.push(() => ingest.settled());
    const rings = await RingFiles.open(join(stateDirectory, "history"), LONGEST_MS, clock.now());
    const history = new History(this.inventory, rings, clock, log);
    this.#history = history;
    this.#closers.push(() => history.stop());
    history.start();

    this.#hosts = new HostSet(ingest, knownHostsPath(stateDirectory), clock, log, this.#given.recorder);
    this.#closers.push(async () => this.#hosts?.stop());
    this.#closers.push(async () => this.#simulated?.stop());
    this.#simulated = await this.#simulate(plans);
    const rightsChanged = () => this.#inTurn(async () => this.#snmp?.configure(this.#configuration));
    const writes = await WriteService.open({
      ...{ store, ingest, hosts: this.#hosts, stateDirectory, clock, log },
      rightsChanged: () =>
        void rightsChanged().catch((error: unknown) => log.error("gateway.rights.failed", { reason: reasonOf(error) })),
    });
    this.#writes = writes;
    this.#closers.push(() => writes.stop());
    writes.access.configure(configuredRules(configuration));
    this.orders.push(
      ...changeOrders(writes),
      ...transferOrders(writes),
      ...userOrders(writes, rightsChanged),
      ...auditOrders(writes),
    );
    await this.#serveHosts(plans);
    writes.engine.recover();

    const snmp = await SnmpService.open({
      ...{ store, ingest, stateDirectory, version, clock, log },
      rights: () => writes.snmpRights(),
    });
    this.#snmp = snmp;
    this.#closers.push(() => snmp.stop());
    await snmp.configure(configuration, (await snmp.bind(configuration.snmp, "next-free")).sockets);
    this.#web = await this.#openWeb(configuration, "next-free");
    this.#closers.push(async () => this.#web?.close());
  }

  get hostChoice(): HostChoice {
    return this.#plans?.choice ?? "configured";
  }

  listeners(): Listeners {
    const web = this.#web && { url: this.#web.url, caFile: this.#web.caFile };
    const snmp = this.snmpEndpoint();
    return { ...(web && { web }), ...(snmp && { snmp }) };
  }

  snmpEndpoint() {
    return this.#snmp?.endpoint();
  }

  hostCounters(host: string) {
    return this.#hosts?.counters(host) ?? {};
  }

  snmpCounters() {
    return this.#snmp?.counters() ?? {};
  }

  storageFailure() {
    return this.#ingest?.failing;
  }

  queueDrops(): Readonly<Record<string, number>> {
    const { feed, droppedLooks } = this.#require(this.#ingest);
    const subscribers = [...feed.subscriptions].map(({ name, dropped }) => [`feed-${name}`, dropped] as const);
    return { "ingest-looks": droppedLooks, ...Object.fromEntries(subscribers), ...this.#snmp?.queueDrops() };
  }

  reload(): Promise<ReloadReport> {
    return this.#inTurn(() => this.#reload());
  }

  addHost(order: CheckedOrder, dryRun: boolean): Promise<HostAnswer> {
    return this.#inTurn(async () => {
      const { name, uri } = order.host;
      const hosts = [...this.inventory.current().hosts.values()].map(({ host }) => host);
      requireNew(name, uri, [...hosts.filter(({ simulated }) => !simulated), ...this.#require(this.#added).hosts]);
      if (!dryRun) {
        await this.#require(this.#added).add(order);
        await this.#serveAgain();
      }
      return { name, uri, dryRun, served: this.#hostNames().includes(name) };
    });
  }

  removeHost(name: string, dryRun: boolean): Promise<HostAnswer> {
    return this.#inTurn(async () => {
      const added = this.#require(this.#added);
      const host = added.hosts.find((one) => one.name === name);
      if (host === undefined) throw await whyNotRemoved(name, this.#hostNames(), this.#configuration, this.configFile);
      if (!dryRun) {
        await added.remove(name);
        await this.#serveAgain();
      }
      return { name, uri: host.uri, dryRun, served: this.#hostNames().includes(name) };
    });
  }

  trust(pins: readonly string[]): Promise<void> {
    return this.#inTurn(() => pinHostKeys(this.stateDirectory, pins));
  }

  /** One change after the other. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#reloading.then(change);
    this.#reloading = done.catch(() => undefined);
    return done;
  }

  #hostNames(): readonly string[] {
    return [...this.inventory.current().hosts.keys()];
  }

  /** With the hosts that there are now; simulated ones come and go with the need for them. */
  async #serveAgain(): Promise<void> {
    const plans = await this.#plan(this.#configuration);
    const earlier = this.#simulated;
    if (!this.#sameSimulated(plans)) this.#simulated = await this.#simulate(plans);
    await this.#serveHosts(plans);
    if (earlier !== this.#simulated) await earlier?.stop();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** First everything that can fail, and what undoes it; then everything that cannot. */
  async #reload(): Promise<ReloadReport> {
    const { configuration } = await readConfiguration({
      ...this.#given,
      config: this.configFile ?? this.#given.config,
    });
    const change = compareConfigurations(this.#configuration, configuration);
    const snmp = this.#require(this.#snmp);
    const plans = await this.#plan(configuration);
    const undo: (() => Promise<void>)[] = [];
    try {
      const simulated = this.#sameSimulated(plans) ? this.#simulated : await this.#simulate(plans);
      if (simulated !== this.#simulated) undo.push(async () => simulated?.stop());
      const sockets = change.listeners.includes("snmp") ? await snmp.bind(configuration.snmp, "refuse") : undefined;
      if (sockets) undo.push(() => sockets.undo());
      const web = change.listeners.includes("web") ? await this.#moveWeb(configuration) : this.#web;

      const earlier = { simulated: this.#simulated, web: this.#web };
      this.#configuration = configuration;
      this.#web = web;
      this.#simulated = simulated;
      this.#log.setLevel(configuration.log.level);
      this.#require(this.#writes).access.configure(configuredRules(configuration));
      await snmp.configure(configuration, sockets?.sockets);
      await this.#serveHosts(plans);
      if (earlier.web !== web) await earlier.web?.close();
      if (earlier.simulated !== simulated) await earlier.simulated?.stop();
      return reloadReport(change);
    } catch (error) {
      for (const action of undo.reverse()) await action();
      throw error;
    }
  }

  #plan(configuration: Configuration): Promise<HostPlans> {
    const probe = libvirtProbe(this.clock, this.#log);
    const { hosts } = this.#require(this.#added);
    return planHosts(this.#given, configuration, hosts, () => findLocalHosts(probe, userDirectories(process.env)));
  }

  #sameSimulated({ simulated }: HostPlans): boolean {
    return isDeepStrictEqual(this.#plans?.simulated, simulated);
  }

  async #simulate({ simulated }: HostPlans): Promise<SimulatedHosts | undefined> {
    if (simulated.hosts === 0) return undefined;
    this.#simulations += 1;
    const folder = `simulated${this.#simulations === 1 ? "" : `-${this.#simulations}`}`;
    return startSimulatedHosts(simulated, join(this.stateDirectory, folder), this.clock, this.#log);
  }

  async #serveHosts(plans: HostPlans): Promise<void> {
    this.#plans = plans;
    const simulated = this.#simulated?.plansBeside(plans.hosts.map(({ name }) => name)) ?? [];
    await this.#require(this.#hosts).serve([...plans.hosts, ...simulated]);
  }

  async #openWeb({ web }: Configuration, taken: TakenPort, at = web.address): Promise<WebPort | undefined> {
    if (!web.enabled) return undefined;
    const { clock, stateDirectory } = this;
    return openWebPort({ at, stateDirectory, routes: this.#routes, clock, log: this.#log, taken });
  }

  /** Opens the web port elsewhere. One that is in the way of the new goes first, and comes back if that fails. */
  async #moveWeb(configuration: Configuration): Promise<WebPort | undefined> {
    const earlier = this.#web;
    const inTheWay = earlier !== undefined && earlier.at.port === configuration.web.address.port;
    if (inTheWay) await earlier.close();
    try {
      return await this.#openWeb(configuration, "refuse");
    } catch (error) {
      if (inTheWay) this.#web = await this.#openWeb(this.#configuration, "refuse", earlier.at);
      throw error;
    }
  }

  async #stop(): Promise<void> {
    await this.#reloading;
    for (const close of this.#closers.reverse()) {
      await close().catch((error: unknown) => this.#log.error("gateway.stop.failed", { reason: reasonOf(error) }));
    }
  }

  #require<T>(part: T | undefined): T {
    if (part === undefined) throw new Error("the gateway has not started");
    return part;
  }
}
