import { expect, test } from "vitest";
import type { Caller } from "../../../src/driver/connection.js";
import { hypervisors } from "../../../src/driver/hypervisor.js";
import { listDomains } from "../../../src/driver/list-domains.js";
import { type CallHandlers, handlerFrom } from "../../../src/protocol/libvirt/call-handler.js";
import { libvirtFault } from "../../../src/protocol/libvirt/error.js";

const [qemu] = hypervisors;
const a = { name: "a", uuid: "00000000-0000-4000-8000-000000000001", id: 4 };
const b = { name: "b", uuid: "00000000-0000-4000-8000-000000000002", id: -1 };

function caller(handlers: CallHandlers): Caller {
  const handler = handlerFrom(handlers);
  return { call: (name, args) => handler(name, args) };
}

test("listDomains() learns from filters what a list can tell", async () => {
  if (!qemu) throw new Error("no driver");
  const list = await listDomains(
    caller({
      connectListAllDomains: ({ flags }) => {
        if (flags === 256) throw libvirtFault("INVALID_ARG", "unsupported flags (0x100)");
        const domains = flags === 1024 ? [b] : [a, b];
        return { domains, ret: domains.length };
      },
    }),
    qemu,
  );
  expect(list).toEqual({
    domains: [a, b],
    persistent: new Set([a.uuid, b.uuid]),
    managedSave: undefined,
    autostart: new Set([b.uuid]),
  });
});

test("listDomains() asks an old daemon for numbers and names, and misses nobody but who is gone", async () => {
  if (!qemu) throw new Error("no driver");
  const list = await listDomains(
    caller({
      connectListDomains: () => ({ ids: [4, 5] }),
      connectListDefinedDomains: () => ({ names: ["b"] }),
      domainLookupById: ({ id }) => {
        if (id === 5) throw libvirtFault("NO_DOMAIN", "no domain with matching id 5");
        return { dom: a };
      },
      domainLookupByName: () => ({ dom: b }),
    }),
    qemu,
  );
  expect(list.domains).toEqual([a, b]);
});
