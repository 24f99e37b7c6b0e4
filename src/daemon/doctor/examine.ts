import { reasonOf } from "../../base/fault.js";
import { computerChecks } from "./computer-checks.js";
import { type Check, type Examination, type Finding, failed, type Outcome } from "./finding.js";
import { gatewayChecks } from "./gateway-checks.js";
import { hostChecks } from "./host-checks.js";
import { libvirtChecks } from "./libvirt-checks.js";
import { nodeAgentChecks } from "./node-agent-checks.js";
import { portChecks } from "./port-checks.js";
import { stateChecks } from "./state-checks.js";

const checks: readonly Check[] = [
  ...computerChecks,
  ...stateChecks,
  ...portChecks,
  ...libvirtChecks,
  ...nodeAgentChecks,
  ...hostChecks,
  ...gatewayChecks,
];

/** Runs every check; a check that breaks is a failure of what it looks at. Findings come in the order of the checks. */
export async function examine(examination: Examination): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    checks.map(async (check) =>
      (await outcomesOf(check, examination)).map((outcome) => ({ check: check.name, ...outcome })),
    ),
  );
  return findings.flat();
}

async function outcomesOf({ run }: Check, examination: Examination): Promise<readonly Outcome[]> {
  try {
    const result = await run(examination);
    return Array.isArray(result) ? (result as readonly Outcome[]) : [result as Outcome];
  } catch (error) {
    const remedy =
      typeof examination.gateway === "string"
        ? "see the reason"
        : `the gateway's log says more; if nothing helps, restart it: kill ${examination.gateway.status.pid}`;
    return [failed(reasonOf(error), remedy)];
  }
}
