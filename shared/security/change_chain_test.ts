import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { brokenLink, canonicalJson, firstHash, linkHash } from "./change_chain.ts";

function chainOf(changes: readonly unknown[]) {
  let previousHash = firstHash;
  return changes.map((change) => {
    const hash = linkHash(previousHash, change);
    const link = { hash, previousHash, change };
    previousHash = hash;
    return link;
  });
}

Deno.test("canonicalJson() is one text for one value, whatever the order of its keys", () => {
  assertEquals(
    canonicalJson({ b: [1, { d: null, c: "x" }], a: true }),
    '{"a":true,"b":[1,{"c":"x","d":null}]}',
  );
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = canonicalJson(value);
    assertEquals(canonicalJson(JSON.parse(text)), text);
  }));
});

Deno.test("a change altered, taken out, put in or moved breaks the chain where it happened", () => {
  const changes = fc.array(fc.record({ n: fc.nat(), why: fc.string() }), {
    minLength: 2,
    maxLength: 8,
  });
  fc.assert(fc.property(changes, fc.nat(), (made, seed) => {
    const chain = chainOf(made);
    assertEquals(brokenLink(chain), null);
    const at = seed % chain.length;
    const altered = chain.with(at, { ...chain[at]!, change: { ...made[at], n: -1 } });
    assertEquals(brokenLink(altered), at);
    const rehashed = chain.with(at, {
      ...altered[at]!,
      hash: linkHash(chain[at]!.previousHash, altered[at]!.change),
    });
    // The last link vouches for all; it is the one to note down elsewhere.
    assertEquals(brokenLink(rehashed), at === chain.length - 1 ? null : at + 1);
    if (at < chain.length - 1) assertEquals(brokenLink(chain.toSpliced(at, 1)), at);
    assertEquals(
      brokenLink(chain.toSpliced(at, 0, chain[at]!)),
      at === 0 ? 1 : at + (made[at] === made[at - 1] ? 0 : 1),
    );
  }));
  assertNotEquals(linkHash(firstHash, { a: 1 }), linkHash(firstHash, { a: 2 }));
});
