import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fingerprint,
  type HostKey,
  KnownHosts,
  knownHostLine,
  readHostKey,
} from "../../../src/transport/known-hosts.js";
import { makeSshKey } from "../../support/ssh-server.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

function make(): HostKey {
  const { parsed } = makeSshKey();
  return { type: parsed.type, blob: parsed.getPublicSSH() };
}

const key = make();
const other = make();
const text = ({ type, blob }: HostKey): string => `${type} ${blob.toString("base64")}`;

async function known(...lines: readonly string[]) {
  const file = join(temporaryFolder(), "known_hosts");
  writeFileSync(file, lines.join("\n"));
  return { file, hosts: await KnownHosts.read([join(temporaryFolder(), "none"), file]) };
}

describe("KnownHosts.judge()", () => {
  test("finds a server by name, without regard to case, and by port", async () => {
    const { hosts } = await known("# a comment", "", `Kvm1.example.net,192.0.2.1 ${text(key)} a comment`);
    expect(hosts.judge("kvm1.Example.net", 22, key).is).toBe("known");
    expect(hosts.judge("192.0.2.1", 22, key).is).toBe("known");
    expect(hosts.judge("kvm1.example.net", 2222, key).is).toBe("unknown");
    expect(hosts.judge("kvm2.example.net", 22, key).is).toBe("unknown");
    const { hosts: ported } = await known(knownHostLine("kvm1", 2222, key));
    expect(ported.judge("kvm1", 2222, key).is).toBe("known");
    expect(ported.judge("kvm1", 22, key).is).toBe("unknown");
  });

  test("says which line another key of the server is on", async () => {
    const { file, hosts } = await known(`# first`, `kvm1 ${text(other)}`);
    expect(hosts.judge("kvm1", 22, key)).toEqual({ is: "changed", file, line: 2 });
  });

  test("believes any of several keys of a server, except one that is revoked", async () => {
    const { file, hosts } = await known(`kvm1 ${text(other)}`, `kvm1 ${text(key)}`, `@revoked * ${text(other)}`);
    expect(hosts.judge("kvm1", 22, key).is).toBe("known");
    expect(hosts.judge("kvm1", 22, other)).toEqual({ is: "revoked", file, line: 3 });
  });

  test("understands patterns, exceptions and hashed names, and no certificates", async () => {
    const { hosts } = await known(`*.example.net,!bad.example.net,kvm? ${text(key)}`);
    const verdicts = ["a.example.net", "bad.example.net", "kvm7", "kvm77"].map((name) => hosts.judge(name, 22, key).is);
    expect(verdicts).toEqual(["known", "unknown", "known", "unknown"]);
    const salt = Buffer.from("0123456789abcdefghij");
    const hash = createHmac("sha1", salt).update("[kvm1]:2222").digest("base64");
    const { hosts: hashed } = await known(`|1|${salt.toString("base64")}|${hash} ${text(key)}`);
    expect(hashed.judge("kvm1", 2222, key).is).toBe("known");
    expect(hashed.judge("kvm1", 22, key).is).toBe("unknown");
    const { hosts: certified } = await known(`@cert-authority kvm1 ${text(key)}`);
    expect(certified.judge("kvm1", 22, key)).toMatchObject({ is: "unknown", authority: { line: 1 } });
  });

  test("is quick with patterns that make others slow", async () => {
    const { hosts } = await known(`${"*a".repeat(200)}*b ${text(key)}`);
    expect(hosts.judge("a".repeat(5000), 22, key).is).toBe("unknown");
  });

  test("bears any text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), fc.string(), async (line, name) => {
        const { hosts } = await known(line, `kvm1 ${text(key)}`);
        expect(hosts.judge("kvm1", 22, key).is).not.toBe("unknown");
        hosts.judge(name, 22, other);
      }),
      { numRuns: 50 },
    );
  });
});

test("types() are those to ask a server for", async () => {
  const { hosts } = await known(knownHostLine("kvm1", 22, key));
  expect([...hosts.types("kvm1", 22)]).toEqual(["ssh-ed25519"]);
  expect([...hosts.types("kvm2", 22)]).toEqual([]);
});

test("readHostKey() takes keys only", () => {
  expect(readHostKey(key.blob)).toEqual(key);
  for (let cut = 0; cut < 15; cut += 1) expect(readHostKey(key.blob.subarray(0, cut))).toBeUndefined();
  expect(readHostKey(Buffer.from([0xff, 0xff, 0xff, 0xff, 1]))).toBeUndefined();
});

test("fingerprint() is what ssh-keygen -l prints", () => {
  // The first host key of GitHub, whose fingerprint they publish.
  const blob = Buffer.from("AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl", "base64");
  expect(fingerprint({ type: "ssh-ed25519", blob })).toBe("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
});
