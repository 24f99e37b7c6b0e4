import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { silentLog } from "../../src/base/log.js";
import { hostCredentials, type SaslAccount } from "../../src/daemon/host-credentials.js";
import { type HostAccess, hostDialer } from "../../src/daemon/host-dialer.js";
import { type Connection, connect } from "../../src/driver/connection.js";
import { OpeningGate } from "../../src/driver/opening-gate.js";
import { parseLibvirtUri } from "../../src/driver/uri.js";
import { makeCertificate, writeCertificate } from "../support/certificates.js";
import { isInstalled } from "../support/installed.js";
import { freePort } from "./support/free-port.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import {
  certified,
  type RemoteLibvirtd,
  saslAccounts,
  saslTool,
  startRemoteLibvirtd,
} from "./support/remote-libvirtd.js";
import { scratch } from "./support/room.js";
import { until } from "./support/until.js";

/** Opens the test driver behind a URI as the gateway would. */
async function open(uri: string, access: HostAccess & { sasl?: SaslAccount }): Promise<Connection> {
  const target = parseLibvirtUri(uri, true);
  const means = { clock: systemClock, log: silentLog, gate: new OpeningGate(), signal: new AbortController().signal };
  return connect(target, { ...means, dialer: hostDialer(access), credentials: hostCredentials(access) });
}

async function machines(connection: Connection): Promise<readonly string[]> {
  const { domains } = await connection.call("connectListAllDomains", { needResults: 1, flags: 0 });
  connection.session.close();
  return domains.map(({ name }) => name);
}

describe("a libvirtd that listens for TLS", () => {
  let daemon: RemoteLibvirtd;
  let folder = "";
  let uri = "";
  let files = { ca: "", certificate: "", key: "" };

  beforeAll(
    whenPossible(async () => {
      folder = scratch("remote-tls");
      mkdirSync(folder, { recursive: true });
      const port = await freePort();
      uri = `test+tls://127.0.0.1:${port}/default`;
      const made = await certified(folder, port);
      files = made.files;
      const settings = [...made.settings, 'auth_tls = "none"'];
      daemon = await startRemoteLibvirtd(folder, settings, { listen: true });
      await until("TLS to be served", () => open(uri, { tls: files }).then((connection) => machines(connection)));
    }),
  );
  afterAll(() => daemon?.stop());

  hostTest("serves a client whose certificate it knows", async () => {
    expect(await machines(await open(uri, { tls: files }))).toEqual(["test"]);
  });

  hostTest("is refused when its certificate is not from the authority that is trusted", async () => {
    const stranger = writeCertificate(folder, await makeCertificate("stranger", { usage: "authority" }));
    await expect(open(uri, { tls: { ...files, ca: stranger.certificate } })).rejects.toMatchObject({ code: "denied" });
  });

  hostTest("refuses a certificate of another authority", async () => {
    const stranger = await makeCertificate("stranger", { usage: "authority" });
    const authorised = await makeCertificate("client2", { issuer: stranger, usage: "client" });
    await expect(open(uri, { tls: { ca: files.ca, ...writeCertificate(folder, authorised) } })).rejects.toMatchObject({
      code: "denied",
    });
  });
});

describe.each(["unix", "tls"] as const)("a libvirtd that asks for SASL over %s", (way) => {
  const missing = isInstalled(saslTool) ? undefined : `${saslTool} is not installed`;
  const password = "correct horse";
  let daemon: RemoteLibvirtd | undefined;
  let folder = "";
  let uri = "";
  let tls: NonNullable<HostAccess["tls"]> | undefined;

  function account(user: string, text: string): SaslAccount {
    const file = join(folder, `${user}.password`);
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    return { user, passwordFile: file };
  }

  const openAs = (sasl: SaslAccount | undefined) => open(uri, { ...(tls && { tls }), ...(sasl && { sasl }) });

  beforeAll(
    whenPossible(async () => {
      if (missing !== undefined) return;
      folder = scratch(`remote-sasl-${way}`);
      mkdirSync(folder, { recursive: true });
      const mounts = saslAccounts(folder, "virtgate", password);
      if (way === "unix") {
        daemon = await startRemoteLibvirtd(folder, ['auth_unix_rw = "sasl"'], { mounts });
        uri = `test+unix:///default?socket=${daemon.socket}`;
      } else {
        const port = await freePort();
        const made = await certified(folder, port);
        daemon = await startRemoteLibvirtd(folder, [...made.settings, 'auth_tls = "sasl"'], { mounts, listen: true });
        uri = `test+tls://127.0.0.1:${port}/default`;
        tls = made.files;
      }
      await until("the daemon to answer", () =>
        openAs(account("virtgate", password)).then((connection) => machines(connection)),
      );
    }),
  );
  afterAll(() => daemon?.stop());

  hostTest("lets a user in whose password is right, by SCRAM-SHA-256", async (context) => {
    if (missing !== undefined) context.skip(missing);
    const connection = await openAs(account("virtgate", password));
    expect(connection.opened.authentication).toBe("sasl");
    expect(await machines(connection)).toEqual(["test"]);
  });

  hostTest("refuses a wrong password, a user it does not know, and nobody at all", async (context) => {
    if (missing !== undefined) context.skip(missing);
    for (const sasl of [account("virtgate", "wrong"), account("stranger", password)]) {
      await expect(openAs(sasl)).rejects.toMatchObject({ code: "denied" });
    }
    await expect(openAs(undefined)).rejects.toMatchObject({ code: "denied" });
  });
});
