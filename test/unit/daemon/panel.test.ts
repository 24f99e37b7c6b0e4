import { expect, test } from "vitest";
import { type PanelFacts, panel, panelCommands } from "../../../src/daemon/panel.js";
import { fixtureGeneration, fixtureHost, fixtureMachine } from "../../support/fixture-gateway.js";

const generation = fixtureGeneration([
  [fixtureHost(), [fixtureMachine({ index: 1 }), fixtureMachine({ index: 2, state: "stopped" })]],
  [fixtureHost({ name: "dead", link: "down", linkReason: "connection\u001b[2J refused", uri: "lxc:///system" }), []],
]);

function facts(changes: Partial<PanelFacts> = {}): PanelFacts {
  return {
    version: "1.2.3",
    ready: {
      pid: 4711,
      web: { url: "https://127.0.0.1:8444" },
      metrics: { url: "https://127.0.0.1:8444/metrics" },
      caFile: "/home/me/my state/tls/ca.pem",
      snmp: { address: "127.0.0.1", port: 1162, confDir: "/home/me/my state/client" },
      hosts: [],
    },
    readyFile: "/home/me/my state/ready.json",
    stateDirectory: "/home/me/my state",
    defaultState: false,
    configFile: "/etc/virtgate/virtgate.toml",
    hostChoice: "configured",
    hosts: [...generation.hosts.values()],
    missing: [],
    mibFolder: "/usr/lib/virtgate/mibs",
    program: "virtgate",
    ...changes,
  };
}

test("panelCommands() are ready to paste: real ports, quoted paths, the state directory where it is not the usual one", () => {
  expect(panelCommands(facts()).map(({ command }) => command)).toEqual([
    "SNMPCONFPATH='/home/me/my state/client' snmpbulkwalk 127.0.0.1:1162 1.3.6.1.2.1.236.1.4",
    "SNMPCONFPATH='/home/me/my state/client' snmpbulkwalk -M /usr/lib/virtgate/mibs -m ALL 127.0.0.1:1162 VM-MIB::vmTable",
    "curl -s --cacert '/home/me/my state/tls/ca.pem' https://127.0.0.1:8444/metrics",
    "virtgate top --state '/home/me/my state'",
    "virtgate doctor --state '/home/me/my state'",
  ]);
  const usual = panelCommands(facts({ defaultState: true, ready: { pid: 1, hosts: [] } }));
  expect(usual.map(({ command }) => command)).toEqual(["virtgate top", "virtgate doctor"]);
});

test("panelCommands() name an IPv6 agent as net-snmp wants it", () => {
  const [walk] = panelCommands(
    facts({ ready: { pid: 1, hosts: [], snmp: { address: "::1", port: 1161, confDir: "/c" } } }),
  );
  expect(walk?.command).toBe("SNMPCONFPATH=/c snmpbulkwalk 'udp6:[::1]:1161' 1.3.6.1.2.1.236.1.4");
});

test("panel() tells what is served, which host is missing and why, and cannot be drawn over by a host", () => {
  const text = panel({ colour: false }, facts());
  expect(text).toContain("virtgate 1.2.3, process 4711");
  expect(text).toContain("hosts (as configured)");
  expect(text).toContain("kvm1  qemu:///system  1 of 2 machines run");
  expect(text).toContain("dead  lxc:///system  connection?[2J refused");
  expect(text).not.toContain("\u001b");
  for (const { command } of panelCommands(facts())) expect(text.split("\n")).toContain(`  ${command}`);
  expect(text).toContain("configuration  /etc/virtgate/virtgate.toml");
  expect(text).toContain("ready file     /home/me/my state/ready.json");
});

test("panel() says how to leave the simulation", () => {
  const text = panel({ colour: false }, facts({ hostChoice: "simulated", configFile: undefined }));
  expect(text).toContain("simulated: none of them is real");
  expect(text).toContain("  virtgate up --connect qemu:///system");
  expect(text).toContain("configuration  none");
});

test("panel() says when a host was not heard of within the time given", () => {
  const host = fixtureHost({ link: "connecting", complete: false });
  const hosts = [...fixtureGeneration([[host, []]]).hosts.values()];
  expect(panel({ colour: false }, facts({ hosts, missing: hosts }))).toContain(
    "kvm1  qemu:///system  has not answered yet",
  );
});
