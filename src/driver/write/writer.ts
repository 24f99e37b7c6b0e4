import type { Clock } from "../../base/clock.js";
import { Fault } from "../../base/fault.js";
import type { HypervisorOperation } from "../../inventory/hypervisor.js";
import type { CallLimit } from "../../inventory/hypervisor-call.js";
import type { TuningScope } from "../../inventory/tuning.js";
import type { Connection } from "../connection.js";
import type { LibvirtDriver } from "../hypervisor.js";
import { isAnswer } from "../outcome.js";
import { lackOf } from "./capability-table.js";
import { type Calls, OperationTime } from "./operation-time.js";
import type { WriteLink } from "./write-link.js";

/** How an operation is to be carried out. */
export interface Undertaking {
  readonly operation: HypervisorOperation;
  readonly limit: CallLimit;
  readonly scope?: TuningScope;
  /**
   * Whether it happened, asked over a new connection when the old one died before the answer; left out where nobody can tell
   * afterwards.
   */
  readonly happened?: (calls: Calls) => Promise<boolean>;
}

const RETRY_MS = 250;

/** What operations on one host share: refusing what the technology lacks, the connection, time, and finding out after a loss. */
export class Writer {
  readonly host: string;
  readonly driver: LibvirtDriver;
  readonly clock: Clock;
  readonly #link: WriteLink;

  constructor(host: string, driver: LibvirtDriver, clock: Clock, link: WriteLink) {
    this.host = host;
    this.driver = driver;
    this.clock = clock;
    this.#link = link;
  }

  /** Reads, for whoever is about to write. @throws {Fault} */
  ask<T>(limit: CallLimit, body: (calls: Calls) => Promise<T>): Promise<T> {
    const time = new OperationTime(this.clock, limit);
    return this.#told(() => this.#over(time, body));
  }

  /** Does what the technology can do. @throws {Fault} `unsupported` before anything is sent when it cannot */
  async undertake(undertaking: Undertaking, body: (calls: Calls) => Promise<void>): Promise<void> {
    this.require(undertaking.operation, undertaking.scope);
    const time = new OperationTime(this.clock, undertaking.limit);
    await this.#told(async () => {
      let began = false;
      try {
        await this.#over(time, (calls) => {
          began = true;
          return body(calls);
        });
      } catch (error) {
        if (!began) throw error;
        await this.#lookUp(error, time, undertaking);
      }
    });
  }

  /** Does something long on a connection of its own. @throws {Fault} as `undertake` */
  onOwn<T>(limit: CallLimit, body: (own: Connection, time: OperationTime) => Promise<T>): Promise<T> {
    return this.#told(async () => {
      const own = await this.openOwn(limit);
      try {
        return await body(own, new OperationTime(this.clock, limit));
      } finally {
        own.session.close();
      }
    });
  }

  /** A connection to be closed by the caller. @throws {Fault} */
  openOwn(limit: CallLimit): Promise<Connection> {
    return this.#told(() => new OperationTime(this.clock, limit).within(this.#link.openOwn()));
  }

  /** @throws {Fault} `unsupported` */
  require(operation: HypervisorOperation, scope?: TuningScope): void {
    const lack = lackOf(this.driver.technology, operation, scope);
    if (lack !== undefined) throw new Fault("unsupported", lack, { path: `host/${this.host}` });
  }

  #over<T>(time: OperationTime, body: (calls: Calls) => Promise<T>): Promise<T> {
    return time.within(this.#link.use((connection) => body(time.on(connection))));
  }

  /** After a loss of the connection it is found out what became of the operation; any other failure is one. */
  async #lookUp(failure: unknown, time: OperationTime, { operation, happened }: Undertaking): Promise<void> {
    if (!happened || !isLoss(failure)) throw failure;
    for (;;) {
      try {
        if (await this.#over(time, happened)) return;
        break;
      } catch (error) {
        if (!isLoss(error)) throw failure;
      }
      await time.pause(RETRY_MS).catch(() => {
        throw failure;
      });
    }
    throw new Fault("unreachable", `the connection was lost, and ${operation} was not done: try again`, {
      cause: failure,
    });
  }

  async #told<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof Fault) || error.path !== undefined) throw error;
      throw new Fault(error.code, error.message, { path: `host/${this.host}`, cause: error.cause });
    }
  }
}

/** The connection is gone, or cannot be had: nobody answered. */
function isLoss(error: unknown): boolean {
  return error instanceof Fault && error.code === "unreachable" && !isAnswer(error);
}
