// *Flip a sign*: one sign of the text is another, whichever is chosen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { flipped } from "../../docs/assets/run/flip.js";

const text = "| $a$ + $b$ &= |\n\n$$\na &= b + c \\\\\n  &= -d - e_{n - 1}\n$$\n";

test("each sign of the equations can be flipped, and no other", () => {
  const found = new Set([0, 0.2, 0.3, 0.5, 0.7, 0.9, 0.999].map((random) => flipped(text, random)));
  assert.deepEqual(
    [...found].map((other) => other.slice(text.indexOf("$$\n") + 3, -4)).sort(),
    [
      "a &= -b + c \\\\\n  &= -d - e_{n - 1}",
      "a &= b + c \\\\\n  &= -d + e_{n - 1}",
      "a &= b + c \\\\\n  &= -d - e_{n + 1}",
      "a &= b + c \\\\\n  &= d - e_{n - 1}",
      "a &= b - c \\\\\n  &= -d - e_{n - 1}",
    ],
  );
});

test("a text without signs stays as it is", () => assert.equal(flipped("$$ a $$", 0.5), "$$ a $$"));
