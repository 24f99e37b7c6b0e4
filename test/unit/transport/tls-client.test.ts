import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { listenTcp } from "../../../src/transport/tcp.js";
import { listenTls } from "../../../src/transport/tls.js";
import { connectTls } from "../../../src/transport/tls-client.js";
import { type MadeCertificate, makeCertificate, revocationList } from "../../support/certificates.js";

const local = { address: "127.0.0.1", port: 0 };
const timeoutMs = 30_000;

let authority: MadeCertificate;
let server: MadeCertificate;
let client: MadeCertificate;

beforeAll(async () => {
  authority = await makeCertificate("authority", { usage: "authority" });
  server = await makeCertificate("server", { issuer: authority });
  client = await makeCertificate("client", { issuer: authority });
});

/** A server that sends back what comes. @returns where it is, and whom it saw */
async function echoing() {
  const seen: string[] = [];
  const listener = await listenTls({
    local,
    identity: server,
    authorities: authority.certificate,
    onChannel: (channel, _peer, { chain: [own = Buffer.alloc(0)] }) => {
      seen.push(new X509Certificate(own).subject);
      channel.listen({ onData: (octets) => void channel.write(octets), onClose: () => {} });
    },
    onFailure: () => {},
  });
  onTestFinished(() => listener.close());
  return { peer: listener.local, seen };
}

describe("connectTls()", () => {
  test("shows its certificate, hands over the server's, and carries octets both ways", async () => {
    const { peer, seen } = await echoing();
    const { channel, certificate } = await connectTls({
      ...{ peer, identity: client, timeoutMs },
      authorities: authority.certificate,
    });
    onTestFinished(() => channel.close());
    const echoed = new Promise((resolve) =>
      channel.listen({ onData: (octets) => resolve(`${octets}`), onClose: () => {} }),
    );
    channel.write(Buffer.from("hello"));
    expect(await echoed).toBe("hello");
    expect(certificate.distrust).toBeUndefined();
    expect(certificate.chain[0]).toEqual(new X509Certificate(server.certificate).raw);
    expect(seen).toEqual(["CN=client"]);
  });

  test("leaves it to others to judge a server that nobody vouches for, and one that is revoked", async () => {
    const { peer } = await echoing();
    const stranger = await connectTls({ peer, identity: client, timeoutMs });
    stranger.channel.close();
    expect(stranger.certificate.distrust).toMatch(/UNABLE_TO|SELF_SIGNED/);
    const revocations = await revocationList(authority, server);
    const trust = { authorities: authority.certificate, revocations };
    const revoked = await connectTls({ peer, identity: client, timeoutMs, ...trust });
    revoked.channel.close();
    expect(revoked.certificate.distrust).toBe("CERT_REVOKED");
  });

  test("says unreachable where nobody listens, or somebody speaks something else", async () => {
    const closed = await listenTcp(local, () => {});
    await closed.close();
    await expect(connectTls({ peer: closed.local, identity: client, timeoutMs })).rejects.toMatchObject({
      code: "unreachable",
    });
    const plain = await listenTcp(local, (channel) => {
      channel.listen({ onData: () => channel.close(), onClose: () => {} });
      channel.write(Buffer.from("220 mail.example ESMTP\r\n"));
    });
    onTestFinished(() => plain.close());
    await expect(connectTls({ peer: plain.local, identity: client, timeoutMs })).rejects.toMatchObject({
      code: "unreachable",
    });
  });

  test("says timeout when the handshake does not end", async () => {
    const silent = await listenTcp(local, (channel) => channel.listen({ onData: () => {}, onClose: () => {} }));
    onTestFinished(() => silent.close());
    await expect(connectTls({ peer: silent.local, identity: client, timeoutMs: 50 })).rejects.toMatchObject({
      code: "timeout",
    });
  });

  test("says invalid when its own certificate cannot be used", async () => {
    const { peer } = await echoing();
    const identity = { ...client, key: "no key" };
    await expect(connectTls({ peer, identity, timeoutMs })).rejects.toMatchObject({ code: "invalid" });
  });
});
