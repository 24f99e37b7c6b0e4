import { expect, test } from "vitest";
import type { ClientStream } from "../../../src/protocol/libvirt/client-stream.js";
import type { SimulatedDriver } from "../../../src/simulator/host/driver-profile.js";
import { createSimulatedHost } from "../../../src/simulator/host/simulated-host.js";
import { ManualClock } from "../../support/manual-clock.js";
import { connectTo } from "../../support/simulator-client.js";

async function room(driver: SimulatedDriver) {
  const clock = new ManualClock();
  const host = createSimulatedHost({ name: "host", driver, clock });
  const client = await connectTo(host, clock);
  const machine = [...host.state.registry.all()].find(({ run, isControl }) => run && !isControl);
  if (!machine) throw new Error("some machine runs");
  const open = async (flags = 0, devName?: string): Promise<ClientStream> => {
    const args = { dom: machine.reference, flags, ...(devName !== undefined && { devName }) };
    return (await client.session.openStream("domainOpenConsole", args, { deadlineMs: 60_000 })).stream;
  };
  return { client, machine, open };
}

async function heard(stream: ClientStream, length: number): Promise<string> {
  let text = "";
  while (text.length < length) {
    const piece = await stream.read();
    if (piece === undefined) return text;
    if (piece.kind === "data") text += piece.octets.toString("latin1");
  }
  return text;
}

test.each(["qemu", "lxc", "xen"] as const)(
  "a console of a guest greets and answers what is typed (%s)",
  async (driver) => {
    const { machine, open } = await room(driver);
    const stream = await open();
    await stream.write(Buffer.from("\r"));
    const prompt = `\r\n\r\n${machine.name} login: `;
    expect(await heard(stream, prompt.length)).toBe(prompt);
    await stream.write(Buffer.from("root\r"));
    const answer = `root\r\nLogin incorrect\r\n${machine.name} login: `;
    expect(await heard(stream, answer.length)).toBe(answer);
    await stream.finish();
    // Whoever left has given it back.
    await (await open()).finish();
  },
);

test("a console is one client's until another takes it or the guest is gone", async () => {
  const { client, machine, open } = await room("qemu");
  const first = await open();
  await expect(open()).rejects.toThrow("Active console session exists");
  const second = await open(1);
  expect(await first.read()).toBeUndefined();
  await first.finish();
  await expect(open()).rejects.toThrow("Active console session exists");
  await client.call("domainDestroyFlags", { dom: machine.reference, flags: 0 });
  expect(await second.read()).toBeUndefined();
  await expect(open()).rejects.toThrow("domain is not running");
});

test("a console is only where there is a device for it", async () => {
  const { open } = await room("qemu");
  await expect(open(0, "serial7")).rejects.toThrow("can't find console device 'serial7'");
  const openvz = await room("openvz");
  await expect(openvz.open()).rejects.toThrow("not supported by the connection driver: virDomainOpenConsole");
});
