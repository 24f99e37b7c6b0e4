import type { ConfigurationChange } from "./compare-configurations.js";
import type { ReloadReport } from "./running-gateway.js";

/** What a reload did, in sentences. */
export function reloadReport({ hosts, listeners, live, restart }: ConfigurationChange): ReloadReport {
  return {
    changes: [
      ...hosts.added.map(({ name, uri }) => `host ${name} added (${uri})`),
      ...hosts.removed.map(({ name }) => `host ${name} removed`),
      ...hosts.changed.map(({ after }) => `host ${after.name} changed`),
      ...listeners.map((section) => `listeners of [${section}] opened anew`),
      ...live.map((key) => `${key} changed`),
    ],
    waiting: restart.map((key) => `${key} takes effect with the next start`),
  };
}
