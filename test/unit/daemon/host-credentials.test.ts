import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { hostCredentials } from "../../../src/daemon/host-credentials.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

function read(content: string, mode = 0o600) {
  const passwordFile = join(temporaryFolder(), "password");
  writeFileSync(passwordFile, content);
  chmodSync(passwordFile, mode);
  return hostCredentials({ sasl: { user: "virtgate", passwordFile } })?.();
}

test("hostCredentials() reads the password without its line end, and never shows it", async () => {
  for (const content of ["hunter two", "hunter two\n", "hunter two\r\n"]) {
    const credentials = await read(content);
    expect(credentials?.password.reveal()).toBe("hunter two");
    expect(inspect(credentials) + JSON.stringify(credentials)).not.toContain("hunter");
  }
});

test("hostCredentials() refuses a file that others may read, is empty, too long or absent", async () => {
  await expect(read("x", 0o640)).rejects.toMatchObject({
    code: "denied",
    message: expect.stringContaining("chmod 600"),
  });
  await expect(read("\n")).rejects.toMatchObject({ code: "invalid" });
  await expect(read("x".repeat(1025))).rejects.toMatchObject({ code: "invalid" });
  const absent = hostCredentials({ sasl: { user: "u", passwordFile: "/absent/password" } });
  await expect(absent?.()).rejects.toMatchObject({ code: "invalid", message: expect.stringContaining("/absent") });
});

test("hostCredentials() of a host without an account is nothing", () => {
  expect(hostCredentials({})).toBeUndefined();
});
