import { yangModule } from "./yang-schema.js";

/** A module that has every kind of constraint, small enough for random data to meet and break each of them. */
export const constrainedModule = yangModule(
  "c",
  `
  identity shape; identity round { base shape; } identity flat { base shape; }
  typedef word { type enumeration { enum a; enum b; enum c; } }
  container top {
    list slice {
      key "name"; min-elements 0; max-elements 3;
      leaf name { type word; }
      leaf most { type uint8; default 2; }
      leaf kind { type identityref { base shape; } }
      must "count(/top/machine[slice = current()/name]) <= most" { error-app-tag "quota"; error-message "too many machines"; }
    }
    list machine {
      key "id"; unique "port"; unique "net/host net/octet";
      leaf id { type word; }
      leaf slice { type leafref { path "../../slice/name"; } mandatory true; }
      leaf port { type uint8 { range "1..3"; } }
      leaf size { type uint8; default 1; must ". < 5"; }
      container net {
        leaf host { type word; }
        leaf octet { type uint8 { range "0..1"; } default 0; }
        leaf needed { when "../host"; type uint8; mandatory true; }
      }
      leaf round-only { when "/c:top/c:slice[c:name = current()/../c:slice]/c:kind = 'c:round'"; type string; default "r"; }
      choice how {
        default slow;
        case slow { leaf slow { type uint8; default 7; must ". = 7 or ../size > 1"; } leaf calm { type empty; } }
        case fast { leaf fast { type uint8; mandatory true; } leaf-list turbo { type word; min-elements 2; } }
        case other { container box { presence "b"; leaf in-box { type uint8; mandatory true; } } }
      }
      leaf-list peer { type leafref { path "../../machine/id"; } max-elements 2; must "not(. = ../id)"; }
      leaf via { type instance-identifier; }
      leaf mixed { type union { type leafref { path "/top/slice/name"; } type uint8; } }
    }
    leaf total { type uint8; must "sum(../machine/size) <= ."; }
    leaf main { type leafref { path "../machine/id"; } }
    leaf main-port { type leafref { path "deref(../main)/../port"; } }
    container settings {
      when "../machine or ../total";
      leaf mode { type word; default "a"; must "not(. = 'b') or ../level"; }
      leaf level { when "../mode != 'c'"; type uint8; }
      container deep { must "not(../level > 3) or x"; leaf x { type uint8; } leaf y { type uint8; mandatory true; when "../x"; } }
    }
    choice must-have { when "total"; mandatory true; leaf one { type empty; } leaf two { type empty; } }
    list many { key "k"; max-elements 3; leaf k { type uint8; } }
    list plain { key "k"; ordered-by user; leaf k { type word; } leaf v { type word; must "not(../following-sibling::plain/v = .)"; } }
  }`,
);
