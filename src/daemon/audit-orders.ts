import type { HttpRoute } from "../base/http.js";
import type { AuditRecord, AuditVerdict } from "../engine/audit.js";
import { orderRoute } from "./control-order.js";
import type { WriteService } from "./write-service.js";

export const auditPath = "/v1/audit";
export const verifyAuditPath = "/v1/audit/verify";

const MOST_LINES = 10_000;

/** The latest lines, the oldest of them first. */
export interface AuditAnswer {
  readonly records: readonly AuditRecord[];
}

/** What `virtgate audit` asks. */
export function auditOrders({ audit }: WriteService): readonly HttpRoute[] {
  return [
    orderRoute(auditPath, async (order): Promise<AuditAnswer> => {
      const { limit } = Object(order) as { readonly limit?: unknown };
      const count =
        typeof limit === "number" && Number.isInteger(limit) && limit > 0 ? Math.min(limit, MOST_LINES) : 50;
      return { records: await audit.latest(count) };
    }),
    orderRoute(verifyAuditPath, (): Promise<AuditVerdict> => audit.verify()),
  ];
}
