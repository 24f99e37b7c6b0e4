import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { type ConnectionOptions, connect } from "node:tls";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Channel } from "../../../src/base/channel.js";
import { Fault } from "../../../src/base/fault.js";
import { listenTcp } from "../../../src/transport/tcp.js";
import { listenTls, type PeerCertificate, type TlsTrust } from "../../../src/transport/tls.js";
import { type MadeCertificate, makeCertificate, revocationList } from "../../support/certificates.js";

const local = { address: "127.0.0.1", port: 0 };

/** Sends back what comes. */
function echo(channel: Channel): void {
  channel.listen({ onData: (octets) => void channel.write(octets), onClose: () => {} });
}

describe("listenTcp()", () => {
  test("hands over channels that carry octets both ways, with the address they came from", async () => {
    const peers: string[] = [];
    const server = await listenTcp(local, (channel, peer) => {
      peers.push(peer.address);
      echo(channel);
    });
    onTestFinished(() => server.close());
    const socket = connectTcp(server.local.port, "127.0.0.1");
    socket.write("hello");
    expect(String((await once(socket, "data"))[0])).toBe("hello");
    expect(peers).toEqual(["127.0.0.1"]);
    expect(server.address).toBe(`127.0.0.1:${server.local.port}`);
  });

  test("close() ends the channels, and frees the port", async () => {
    const server = await listenTcp(local, echo);
    const socket = connectTcp(server.local.port, "127.0.0.1");
    await once(socket, "connect");
    socket.resume();
    await Promise.all([once(socket, "close"), server.close()]);
    const again = await listenTcp(server.local, echo);
    await again.close();
  });

  test("tells why it cannot listen", async () => {
    const server = await listenTcp(local, echo);
    onTestFinished(() => server.close());
    await expect(listenTcp(server.local, echo)).rejects.toThrow(expect.objectContaining({ code: "busy" }));
    await expect(listenTcp({ address: "192.0.2.1", port: 0 }, echo)).rejects.toThrow(
      expect.objectContaining({ code: "invalid" }),
    );
    await expect(listenTcp({ address: "localhost", port: 0 }, echo)).rejects.toThrow(Fault);
  });
});

describe("listenTls()", () => {
  let authority: MadeCertificate;
  let identity: MadeCertificate;
  let good: MadeCertificate;
  let revoked: MadeCertificate;
  let selfSigned: MadeCertificate;

  beforeAll(async () => {
    authority = await makeCertificate("authority", { usage: "authority" });
    identity = await makeCertificate("server", { issuer: authority });
    good = await makeCertificate("good", { issuer: authority });
    revoked = await makeCertificate("revoked", { issuer: authority });
    selfSigned = await makeCertificate("self", {});
  });

  /** What the server sees of a client with this certificate; or why there is nothing to see. */
  async function seen(client: ConnectionOptions, trust: TlsTrust = {}): Promise<PeerCertificate | string> {
    let failed: (reason: string) => void = () => {};
    let accepted: (certificate: PeerCertificate) => void = () => {};
    const outcome = new Promise<PeerCertificate | string>((resolve) => {
      failed = resolve;
      accepted = resolve;
    });
    const server = await listenTls({
      local,
      identity,
      ...trust,
      onChannel: (channel, _peer, certificate) => {
        echo(channel);
        accepted(certificate);
      },
      onFailure: (_peer, reason) => failed(reason),
    });
    onTestFinished(() => server.close());
    const socket = connect({ host: "127.0.0.1", port: server.local.port, rejectUnauthorized: false, ...client });
    socket.on("error", () => {});
    onTestFinished(() => void socket.destroy());
    return outcome;
  }

  const octetsOf = ({ certificate }: MadeCertificate): Buffer => new X509Certificate(certificate).raw;
  const as = ({ certificate, key }: MadeCertificate): ConnectionOptions => ({ cert: certificate, key });

  test("shows a client's certificate, and that a trusted authority stands behind it", async () => {
    const shown = await seen(as(good), { authorities: authority.certificate });
    expect(shown).toEqual({ chain: [octetsOf(good), octetsOf(authority)], distrust: undefined });
  });

  test("lets a certificate in that nobody vouches for, and says so", async () => {
    expect(await seen(as(selfSigned))).toEqual({
      chain: [octetsOf(selfSigned)],
      distrust: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    expect(await seen(as(good))).toMatchObject({ distrust: expect.stringMatching(/^UNABLE_TO/) });
  });

  test("says that a certificate is revoked, and that another of the same authority is not", async () => {
    const trust = { authorities: authority.certificate, revocations: await revocationList(authority, revoked) };
    expect(await seen(as(revoked), trust)).toMatchObject({ distrust: "CERT_REVOKED" });
    expect(await seen(as(good), trust)).toMatchObject({ distrust: undefined });
  });

  test("turns away who shows no certificate, speaks an old version, or no TLS at all", async () => {
    expect(await seen({})).toBe("the client shows no certificate");
    expect(
      await seen({ ...as(good), minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }),
    ).toMatch(/version|protocol/);
  });

  test("tells of lists that are none", async () => {
    const broken = { local, identity, revocations: "-----BEGIN X509 CRL-----", onChannel: echo };
    await expect(listenTls(broken)).rejects.toThrow(expect.objectContaining({ code: "invalid" }));
  });

  test("goes by new authorities after renew()", async () => {
    const found: (string | undefined)[] = [];
    const server = await listenTls({
      local,
      identity,
      onChannel: (channel, _peer, { distrust }) => {
        found.push(distrust);
        channel.listen({ onData: () => {}, onClose: () => {} });
        channel.close();
      },
    });
    onTestFinished(() => server.close());
    const visit = async (): Promise<void> => {
      const socket = connect({ host: "127.0.0.1", port: server.local.port, rejectUnauthorized: false, ...as(good) });
      socket.resume();
      await once(socket, "close");
    };
    await visit();
    server.renew(identity, { authorities: authority.certificate });
    await visit();
    expect(found).toEqual([expect.stringMatching(/^UNABLE_TO/), undefined]);
  });
});
