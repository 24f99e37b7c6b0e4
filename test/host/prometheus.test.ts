import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { oldSnmpExporterConfig } from "../../packaging/nms/generate/snmp-exporter.js";
import { bringUpMachines } from "./support/baseline.js";
import { attempt } from "./support/command.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { end, startInBackground } from "./support/processes.js";
import { until } from "./support/until.js";
import { machineNames } from "./support/virsh.js";

const EXPORTER = "prometheus-snmp-exporter";
/** The room's network is nobody else's. */
const PORT = 16209;

let gateway: Gateway;

beforeAll(
  whenPossible(async () => {
    await bringUpMachines();
    gateway = await Gateway.configured("prometheus", bothHosts({ more: '[[snmp.community]]\nname = "change-me"\n' }));
  }),
);
afterAll(whenPossible(async () => await gateway?.stop()));

hostTest("Debian's snmp_exporter scrapes every machine of both drivers by our module", async (context) => {
  if ((await attempt(EXPORTER, ["--version"])).code === 127) context.skip(`${EXPORTER} is not installed`);
  const config = join(gateway.folder, "snmp.yml");
  writeFileSync(config, oldSnmpExporterConfig());
  const { pid } = startInBackground(EXPORTER, [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${PORT}`], {
    log: join(gateway.folder, "exporter.log"),
  });
  try {
    const { address, port } = gateway.ready.snmp;
    const names = [...(await machineNames("qemu")), ...(await machineNames("lxc"))].sort();
    await until("a scrape with every machine and figures of disks", async () => {
      const response = await fetch(`http://127.0.0.1:${PORT}/snmp?module=virtgate&target=${address}:${port}`);
      const samples = response.ok ? (await response.text()).split("\n") : [];
      const states = samples.filter((line) => line.startsWith("vmOperState{") && line.endsWith(" 1"));
      const found = states.map((line) => /vmName="([^"]*)"/.exec(line)?.[1] ?? "").sort();
      const hasDisks = samples.some((line) => line.startsWith("vmStorageReadOctets{"));
      return (
        hasDisks && JSON.stringify(found) === JSON.stringify(names) && samples.includes(`vmNumber ${names.length}`)
      );
    });
  } finally {
    await end(pid);
  }
  expect(await attempt(EXPORTER, ["--dry-run", `--config.file=${config}`])).toMatchObject({ code: 0 });
});
