import { expect, test } from "vitest";
import { labels, secondsOf } from "../../../../src/agent/console/exposition.js";
import { gatewayMetrics } from "../../../../src/agent/console/gateway-metrics.js";
import { machineMetrics } from "../../../../src/agent/console/machine-metrics.js";
import type { Pool } from "../../../../src/inventory/pool.js";
import { noResources, resourcesAfter } from "../../../../src/inventory/resources.js";
import { fixtureGateway, fixtureGeneration, fixtureHost, fixtureMachine } from "../../../support/fixture-gateway.js";
import { ManualClock } from "../../../support/manual-clock.js";

/** The samples without their comments. */
function samples(texts: Iterable<string>): string[] {
  return [...texts]
    .join("")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}

const machine = 'domain="web1",host="kvm1",uuid="aaaaaaaa-bbbb-cccc-dddd-000000000001"';

test("machineMetrics() gives the libvirt exporters' names, exact to the last digit, and leaves out what is not known", () => {
  const generation = fixtureGeneration([[fixtureHost(), [fixtureMachine()]]]);
  expect(samples(machineMetrics(generation))).toEqual([
    `libvirt_domain_info_vstate{${machine}} 1`,
    `libvirt_domain_info_virtual_cpus{${machine}} 2`,
    `libvirt_domain_info_maximum_memory_bytes{${machine}} 1073741824`,
    `libvirt_domain_info_memory_usage_bytes{${machine}} 536870912`,
    `libvirt_domain_info_cpu_time_seconds_total{${machine}} 12.3456789`,
    `libvirt_domain_vcpu_time_seconds_total{${machine},vcpu="0"} 6`,
    `libvirt_domain_block_stats_capacity_bytes{${machine},target_device="vda",source_file="/images/web.qcow2"} 10737418240`,
    `libvirt_domain_block_stats_read_bytes_total{${machine},target_device="vda",source_file="/images/web.qcow2"} 4096`,
    `libvirt_domain_block_stats_read_time_seconds_total{${machine},target_device="vda",source_file="/images/web.qcow2"} 0.0015`,
    `libvirt_domain_block_stats_write_bytes_total{${machine},target_device="vda",source_file="/images/web.qcow2"} 8192`,
    `libvirt_domain_interface_stats_receive_bytes_total{${machine},target_device="vnet3",source_bridge="virbr0",mac="52:54:00:00:00:01"} 18446744073709551615`,
    `libvirt_domain_interface_stats_transmit_bytes_total{${machine},target_device="vnet3",source_bridge="virbr0",mac="52:54:00:00:00:01"} 2`,
  ]);
});

test("machineMetrics() keeps each family in one block under its heading, over all hosts", () => {
  const generation = fixtureGeneration([
    [fixtureHost(), [fixtureMachine({ index: 1 }), fixtureMachine({ index: 2, state: "paused" })]],
    [fixtureHost({ name: "lxc1" }), [fixtureMachine({ host: "lxc1", index: 1, disks: [], nics: [] })]],
  ]);
  const seen = new Set<string>();
  let family = "";
  let states = 0;
  for (const line of [...machineMetrics(generation)].join("").split("\n")) {
    const name = /^(?:# (?:HELP|TYPE) )?([a-z_]+)/.exec(line)?.[1];
    if (name === undefined) continue;
    if (name === "libvirt_domain_info_vstate" && !line.startsWith("#")) states += 1;
    if (name === family) continue;
    expect(seen).not.toContain(name);
    seen.add(name);
    family = name;
  }
  expect(states).toBe(3);
});

test("labels() escapes what would end a label", () => {
  expect(labels({ domain: 'a"b\\c\nd' })).toBe('domain="a\\"b\\\\c\\nd"');
});

test("secondsOf() is exact where a floating-point number is not", () => {
  expect(secondsOf(0n)).toBe("0");
  expect(secondsOf(1n)).toBe("0.000000001");
  expect(secondsOf(18_446_744_073_709_551_615n)).toBe("18446744073.709551615");
});

test("gatewayMetrics() tells link, ages, machines, counters and losses", () => {
  const clock = new ManualClock();
  clock.advance(10_000);
  const generation = fixtureGeneration([
    [fixtureHost(), [fixtureMachine({ index: 1 }), fixtureMachine({ index: 2, state: "stopped", stuck: true })]],
    [fixtureHost({ name: "dead", link: "down", linkReason: "refused", complete: false, listedAt: undefined }), []],
  ]);
  const gateway = fixtureGateway({ clock, generation, counters: { calls: 7, late: 1 } });
  const lines = samples(gatewayMetrics(gateway, generation));
  expect(lines).toEqual(
    expect.arrayContaining([
      `virtgate_build_info{version="1.2.3",node="${process.versions.node}"} 1`,
      'libvirt_up{host="kvm1"} 1',
      'libvirt_up{host="dead"} 0',
      'virtgate_host_link{host="kvm1"} 1',
      'virtgate_host_complete{host="dead"} 0',
      'virtgate_host_data_age_seconds{host="kvm1"} 6',
      'virtgate_host_statistics_age_seconds{host="kvm1"} 6',
      'virtgate_host_machines{host="kvm1",state="running"} 1',
      'virtgate_host_machines{host="kvm1",state="stopped"} 1',
      'virtgate_host_machines{host="kvm1",state="crashed"} 0',
      'virtgate_host_machines_stuck{host="kvm1"} 1',
      'virtgate_host_monitor_total{host="kvm1",counter="calls"} 7',
      'virtgate_host_monitor_total{host="kvm1",counter="late"} 1',
      'virtgate_snmp_total{object="snmpInPkts"} 42',
      'virtgate_queue_dropped_total{queue="traps to nms1"} 3',
    ]),
  );
  expect(lines.some((line) => line.startsWith('virtgate_host_data_age_seconds{host="dead"'))).toBe(false);
});

test("gatewayMetrics() counts a pool once that two hosts of a computer tell of, and says which machines are stale", () => {
  const clock = new ManualClock();
  const pool: Pool = {
    ...{ name: "p", uuid: "u", type: "dir", state: "running", persistent: true, autostart: true, path: "/p" },
    ...{ capacityBytes: 9n, allocationBytes: 4n, availableBytes: 5n, volumes: [], volumesLeftOut: 0 },
  };
  const resources = resourcesAfter(noResources, { pools: [pool] }, 0);
  const generation = fixtureGeneration([
    [fixtureHost({ resources }), [fixtureMachine({ stuck: true }), fixtureMachine({ index: 2 })]],
    [fixtureHost({ name: "lxc1", resources }), []],
  ]);
  const lines = samples(gatewayMetrics(fixtureGateway({ clock, generation }), generation));
  const node = 'node="11111111-2222-3333-4444-555555555555",hostname="box.example.net"';
  expect(lines.filter((line) => line.includes("pool"))).toEqual([
    `virtgate_pool_active{${node},pool="p"} 1`,
    `libvirt_pool_info_capacity_bytes{${node},pool="p"} 9`,
    `libvirt_pool_info_allocation_bytes{${node},pool="p"} 4`,
    `libvirt_pool_info_available_bytes{${node},pool="p"} 5`,
  ]);
  expect(lines.filter((line) => line.startsWith("virtgate_host_machines_stale"))).toEqual([
    'virtgate_host_machines_stale{host="kvm1"} 1',
    'virtgate_host_machines_stale{host="lxc1"} 0',
  ]);
});
