import { expect, test } from "vitest";
import { expectAgreementWithTruth } from "../support/agree-with-truth.js";
import { isInstalled } from "../support/installed.js";
import { anyPorts, startProgram, until } from "../support/run-program.js";
import { startSimulatedWorld } from "../support/simulated-world.js";
import { readMachine } from "../support/worlds.js";

test("command line, SNMP and metrics tell the truth of all four hypervisors, whatever has happened", async ({
  skip,
}) => {
  if (!isInstalled("snmpbulkwalk")) skip("snmpbulkwalk is not installed");
  const world = await startSimulatedWorld(["--hosts", "4", "--seed", "11"]);
  const configuration = world.hosts
    .map(
      ({ name, uri }) =>
        `[[host]]\nname = "${name}"\nuri = "${uri}"\nstate_interval_ms = 500\nstatistics_interval_ms = 1000\n`,
    )
    .join("");
  const gateway = await startProgram({ configuration: anyPorts + configuration });
  await expectAgreementWithTruth(gateway, world);

  const [kvm, lxc, xen, openvz] = await world.truth();
  const running = (host: typeof kvm, at: number) => {
    const guests =
      host?.machines.filter(({ state, control, persistent }) => state === 1 && !control && persistent) ?? [];
    return { host: host?.name ?? "", machine: guests[at]?.name ?? "" };
  };
  const shown = (one: ReturnType<typeof running>, state: string) =>
    until(`${one.machine} to be ${state}`, async () =>
      (await readMachine(gateway, `${one.host}/${one.machine}`))?.state === state ? true : undefined,
    );
  await world.order({ do: "suspend-machine", ...running(kvm, 0) });
  await world.order({ do: "crash-machine", ...running(kvm, 1) });
  await world.order({ do: "destroy-machine", ...running(lxc, 0) });
  await world.order({ do: "suspend-machine", ...running(lxc, 1) });
  await world.order({ do: "suspend-machine", ...running(xen, 0) });
  await world.order({ do: "destroy-machine", ...running(openvz, 0) });
  await shown(running(kvm, 0), "paused");
  await shown(running(kvm, 1), "crashed");
  await shown(running(lxc, 0), "stopped");
  await shown(running(lxc, 1), "paused");
  await shown(running(xen, 0), "paused");
  await shown(running(openvz, 0), "stopped");
  await expectAgreementWithTruth(gateway, world);

  // Six hours on, everything has counted on; what was off is started, and counts anew.
  await world.order({ do: "skip", ms: 6 * 3_600_000 });
  await world.order({ do: "start-machine", ...running(lxc, 0) });
  await world.order({ do: "resume-machine", ...running(kvm, 0) });
  await shown(running(lxc, 0), "running");
  await shown(running(kvm, 0), "running");
  await expectAgreementWithTruth(gateway, world);
  expect(gateway.err()).not.toMatch(/"level":"?error/);
});
