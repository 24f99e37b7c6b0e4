import { expect, test } from "vitest";
import { moduleTree } from "../../../../src/schema/yang/module-tree.js";
import { compileTexts, moduleOf } from "../../../support/yang-text.js";

function treeOf(...texts: string[]): string {
  const schema = compileTexts(texts);
  const module = schema.module("m");
  return module ? moduleTree(schema, module) : "";
}

test("moduleTree() draws data, operations and notifications (RFC 8340, section 2)", () => {
  const tree = treeOf(
    moduleOf(`feature f; feature g;
      container c { presence p;
        leaf a { type string; mandatory true; } leaf long-name { type t; if-feature f; if-feature g; } typedef t { type int8; }
        list l { key "k j"; leaf k { type string; } leaf j { type int8; } leaf-list v { type string; }
          action reset { input { leaf i { type empty; } } output { leaf o { type leafref { path /m:c/m:a; } } } } }
        choice x { mandatory true; case y { leaf z { type string; } } anydata any; }
        container state { config false; status deprecated; list m { leaf n { type string; } } }
      }
      rpc r { status obsolete; } rpc q { input { leaf i { type int8; mandatory true; } } }
      notification n { if-feature f; choice ch { leaf a { type string; } } }`),
  );
  expect(tree).toBe(`module: m
  +--rw c!
     +--rw a            string
     +--rw long-name?   t {f,g}?
     +--rw l* [k j]
     |  +--rw k        string
     |  +--rw j        int8
     |  +--rw v*       string
     |  +---x reset
     |     +---w input
     |     |  +---w i?   empty
     |     +--ro output
     |        +--ro o?   -> /m:c/m:a
     +--rw (x)
     |  +--:(y)
     |  |  +--rw z?   string
     |  +--:(any)
     |     +--rw any?   anydata
     x--ro state
        x--ro m*
           x--ro n?   string

  rpcs:
    o---x r
    +---x q
       +---w input
          +---w i    int8

  notifications:
    +---n n {f}?
       +---- (ch)?
          +--:(a)
             +---- a?   string
`);
});

test("moduleTree() draws what a module adds to others as it is written, with flags by the target", () => {
  const other = moduleOf(
    "container c { choice x { leaf y { type string; } } } container s { config false; } rpc r { input { leaf i { type string; } } } notification n;",
    "a",
  );
  const tree = treeOf(
    other,
    moduleOf(`import a { prefix a; } feature f;
      grouping g { leaf hidden { type string; } }
      augment /a:c { leaf b { type string; config false; } uses g; container k { presence p; list l { key i; leaf i { type string; } } } }
      augment /a:c/a:x { leaf d { type leafref { path "/a:c/a:y"; } if-feature f; } case e { leaf-list v { type int8; } } }
      augment /a:s { leaf t { type string; } }
      augment /a:r/a:input { choice ch { mandatory true; anydata any; } }
      augment /a:r/a:output { leaf o { type string; mandatory true; } }
      augment /a:n { leaf w { type string; status deprecated; } }
      augment /a:c { action act { input { leaf p { type string; } } } }`),
  );
  expect(tree).toBe(`module: m

  augment /a:c:
    +--ro b?   string
    +---u g
    +--rw k!
       +--rw l* [i]
          +--rw i    string
  augment /a:c/a:x:
    +--rw d?     -> /a:c/a:y {f}?
    +--:(e)
       +--rw v*   int8
  augment /a:s:
    +--ro t?   string
  augment /a:r/a:input:
    +---w (ch)
       +--:(any)
          +---w any?   anydata
  augment /a:r/a:output:
    +--ro o    string
  augment /a:n:
    x---- w?   string
  augment /a:c:
    +---x act
       +---w input
          +---w p?   string
`);
});
