import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { programVersion, programWords, shellWord } from "../../../src/daemon/program.js";

test("programVersion() is the package's", () => {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  expect(programVersion()).toBe(version);
});

test("programWords() repeats how the program was called", () => {
  const npm = { npm_lifecycle_event: "start", npm_package_json: "/src/virtgate/package.json" };
  expect(programWords("/src/virtgate/src/launch.js", npm, "/src/virtgate")).toBe("npm run -s virtgate --");
  expect(programWords("/src/virtgate/src/launch.js", npm, "/home/me")).toBe(
    "npm run -s --prefix /src/virtgate virtgate --",
  );
  expect(programWords("/usr/bin/virtgate", {}, "/home/me")).toBe("virtgate");
  expect(programWords("src/launch.js", {}, "/src/virtgate")).toBe("node /src/virtgate/src/launch.js");
  expect(programWords("/src/my gate/src/launch.js", {}, "/home/me")).toBe("node '/src/my gate/src/launch.js'");
  expect(programWords("/a/virtgate", { npm_lifecycle_event: "test" }, "/")).toBe("virtgate");
});

test("shellWord() quotes what a shell would take apart", () => {
  expect(shellWord("/run/vg/x.sock")).toBe("/run/vg/x.sock");
  expect(shellWord("a b")).toBe("'a b'");
  expect(shellWord("it's $HOME")).toBe("'it'\\''s $HOME'");
  expect(shellWord("")).toBe("''");
});
