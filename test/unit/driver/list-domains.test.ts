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

/** How a driver says that it lacks a call, and how a daemon does that is older than it. */
const lacking = [
  libvirtFault("NO_SUPPORT", "this function is not supported by the connection driver: virConnectListAllDomains"),
  libvirtFault("RPC", "unknown procedure: 273"),
];

test.each(lacking)("listDomains() asks for numbers and names after «$message»", async (fault) => {
  if (!qemu) throw new Error("no driver");
  const list = await listDomains(
    caller({
      connectListAllDomains: () => {
        throw fault;
      },
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
  expect(list).toEqual({ domains: [a, b], persistent: undefined, managedSave: undefined, autostart: undefined });
});

test("listDomains() does not take other trouble of the protocol for an old daemon", async () => {
  if (!qemu) throw new Error("no driver");
  const connectListAllDomains = (): never => {
    throw libvirtFault("RPC", "authentication required");
  };
  await expect(listDomains(caller({ connectListAllDomains }), qemu)).rejects.toThrow("authentication required");
});
