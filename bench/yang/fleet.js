/** A fleet of machines in slices: a reference from each machine, a quota on each slice, configuration and state. */
export const fleetModule = `module bench-fleet {
  yang-version 1.1;
  namespace "urn:bench:fleet";
  prefix bf;

  identity technology;
  identity kvm { base technology; }
  identity lxc { base technology; }
  typedef uuid { type string { pattern "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"; } }

  container slices {
    list slice {
      key "name";
      must "count(/bf:machines/bf:machine[bf:slice = current()/bf:name]) <= bf:most-machines" { error-app-tag "quota"; }
      leaf name { type string { length "1..64"; } }
      leaf owner { type string; mandatory true; }
      leaf most-machines { type uint32; mandatory true; }
    }
  }
  container machines {
    list machine {
      key "uuid";
      leaf uuid { type uuid; }
      leaf name { type string { length "1..253"; } mandatory true; }
      leaf slice { type leafref { path "/bf:slices/bf:slice/bf:name"; } mandatory true; }
      leaf technology { type identityref { base technology; } mandatory true; }
      leaf vcpus { type uint16 { range "1..4096"; } default 1; }
      leaf memory { type uint64; units "KiB"; mandatory true; }
      leaf autostart { type boolean; default false; }
      list disk { key "target"; leaf target { type string; } leaf size { type uint64; } }
      container state {
        config false;
        leaf phase { type enumeration { enum running; enum paused; enum stopped; } }
        leaf reason { type string; }
        leaf since { type string; }
        leaf cpu-time { type uint64; units "nanoseconds"; }
        list interface {
          key "name";
          leaf name { type string; }
          leaf in-octets { type uint64; }
          leaf out-octets { type uint64; }
        }
      }
    }
  }
}
`;

/** One document, about 650 octets to a machine. @param {number} machines */
export function fleetDocument(machines) {
  const slices = Math.max(1, Math.round(machines / 100));
  const parts = [`<slices xmlns="urn:bench:fleet">`];
  for (let at = 0; at < slices; at++) {
    parts.push(
      `<slice><name>slice-${at}</name><owner>owner-${at % 7}</owner><most-machines>${Math.ceil(machines / slices) + 50}</most-machines></slice>`,
    );
  }
  parts.push(`</slices><machines xmlns="urn:bench:fleet">`);
  for (let at = 0; at < machines; at++) {
    const hex = at.toString(16).padStart(12, "0");
    parts.push(
      `<machine><uuid>${uuid(at)}</uuid><name>machine-${at}</name><slice>slice-${at % slices}</slice>`,
      `<technology xmlns:f="urn:bench:fleet">f:${at % 3 === 0 ? "lxc" : "kvm"}</technology><vcpus>${1 + (at % 16)}</vcpus>`,
      `<memory>${1048576 * (1 + (at % 32))}</memory><autostart>${at % 2 === 0}</autostart>`,
      `<disk><target>vda</target><size>${10_737_418_240 + at}</size></disk>`,
      `<state><phase>running</phase><reason>booted</reason><since>2026-11-30T10:00:00Z</since>`,
      `<cpu-time>${123456789000 + at * 1000}</cpu-time><interface><name>vnet${at}</name>`,
      `<in-octets>${at * 7919}</in-octets><out-octets>${at * 104729}</out-octets></interface>`,
      `<interface><name>tap-${hex}</name><in-octets>1</in-octets><out-octets>2</out-octets></interface></state></machine>`,
    );
  }
  parts.push("</machines>");
  return parts.join("");
}

/** @param {number} at */
export function uuid(at) {
  return `00000000-0000-4000-8000-${at.toString(16).padStart(12, "0")}`;
}
