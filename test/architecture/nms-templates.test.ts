import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { librenmsDetection, librenmsDiscovery } from "../../packaging/nms/generate/librenms.js";
import { oldSnmpExporterConfig, snmpExporterConfig } from "../../packaging/nms/generate/snmp-exporter.js";
import { zabbixTemplateText } from "../../packaging/nms/generate/zabbix.js";

const folder = fileURLToPath(new URL("../../packaging/nms/", import.meta.url));

/** `VIRTGATE_REWRITE=1` writes the files anew; what changed is then reviewed as a difference. */
const rewrite = process.env["VIRTGATE_REWRITE"] === "1";

const files: Readonly<Record<string, () => string>> = {
  "librenms/os_detection/virtgate.yaml": librenmsDetection,
  "librenms/os_discovery/virtgate.yaml": librenmsDiscovery,
  "snmp-exporter/snmp.yml": snmpExporterConfig,
  "snmp-exporter/snmp-0.21.yml": oldSnmpExporterConfig,
  "zabbix/virtgate.yaml": zabbixTemplateText,
};

test.each(Object.entries(files))("packaging/nms/%s is what the mapping tables give", (file, make) => {
  const text = make();
  if (rewrite) {
    mkdirSync(dirname(folder + file), { recursive: true });
    writeFileSync(folder + file, text);
  }
  expect(readFileSync(folder + file, "utf8")).toBe(text);
});

test("packaging/nms has no file that nothing makes", () => {
  const found = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /\.ya?ml$/.test(file));
  expect(found.sort()).toEqual(Object.keys(files).sort());
});
