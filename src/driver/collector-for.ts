import { BulkCollector } from "./collect-bulk.js";
import { EachCollector } from "./collect-each.js";
import type { Collector, SweepScope } from "./collector.js";

/**
 * How a host is swept. The bulk call gives states on every driver that has it, but only QEMU's gives statistics, too.
 * @param bulk the flags of the driver's bulk call; `undefined` when it has none
 */
export function collectorFor(scope: SweepScope, bulk: number | undefined): Collector {
  const each = new EachCollector(scope);
  if (bulk === undefined) return each;
  const collector = new BulkCollector(scope, bulk);
  if (scope.hypervisor.technology === "qemu") return collector;
  return {
    sweepStates: () => collector.sweepStates(),
    sweepStatistics: () => each.sweepStatistics(),
    get stuckCount() {
      return each.stuckCount;
    },
  };
}
