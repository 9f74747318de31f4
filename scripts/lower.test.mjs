// The lowered functions against JavaScript's own, over every short length, offset and alignment, and against bytes
// they must not touch. `cargo xtask test` runs it.
import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { enableFeatures, lower } from "./lower.mjs";

const { i32, none } = binaryen;
const THREE = binaryen.createType([i32, i32, i32]);
const SPACE = 512;
const LENGTHS = [...Array(101).keys()];

/** A module as Rust makes them: uses of memory.copy and memory.fill, and a memcmp. */
function module(withCompare = true) {
  const m = new binaryen.Module();
  enableFeatures(m);
  m.setMemory(1, 1, "memory");
  const arguments_ = () => [0, 1, 2].map((index) => m.local.get(index, i32));
  m.addFunction("copy", THREE, none, [], m.memory.copy(...arguments_()));
  m.addFunction("fill", THREE, none, [], m.memory.fill(...arguments_()));
  for (const name of ["copy", "fill"]) m.addFunctionExport(name, name);
  if (withCompare) {
    m.addFunction("memcmp", THREE, i32, [], m.unreachable());
    m.addFunctionExport("memcmp", "compare");
  }
  return m;
}

function lowered() {
  const m = module();
  lower(m);
  const text = m.emitText();
  assert.doesNotMatch(text, /memory\.(copy|fill)/);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(m.emitBinary()));
  const bytes = new Uint8Array(instance.exports.memory.buffer, 0, SPACE);
  return { ...instance.exports, bytes };
}

function scramble(bytes) {
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = (i * 167 + 13) % 256;
}

test("a copy moves as memory.copy does, overlapping or not", () => {
  const { copy, bytes } = lowered();
  for (const length of LENGTHS) {
    for (let to = 120; to < 129; to += 1) {
      for (let from = to - length - 9; from <= to + length + 9; from += 1) {
        scramble(bytes);
        const expected = bytes.slice().copyWithin(to, from, from + length);
        copy(to, from, length);
        assert.deepEqual(bytes, expected, `${length} bytes from ${from} to ${to}`);
      }
    }
  }
});

test("a fill writes its byte and no other", () => {
  const { fill, bytes } = lowered();
  for (const length of LENGTHS) {
    for (let to = 64; to < 73; to += 1) {
      for (const value of [0, 1, 0x80, 0xff, 0x1ab]) {
        scramble(bytes);
        const expected = bytes.slice().fill(value, to, to + length);
        fill(to, value, length);
        assert.deepEqual(bytes, expected, `${length} bytes of ${value} to ${to}`);
      }
    }
  }
});

test("a comparison has the sign of the first byte that differs", () => {
  const { compare, bytes } = lowered();
  const [a, b] = [40, 203];
  for (const length of LENGTHS) {
    scramble(bytes);
    bytes.copyWithin(b, a, a + length);
    assert.equal(compare(a, b, length), 0, `${length} equal bytes`);
    // What lies behind the end does not count.
    bytes[b + length] ^= 0xff;
    assert.equal(compare(a, b, length), 0, `${length} equal bytes and a different one behind`);
    for (let at = 0; at < length; at += 1) {
      const before = bytes[b + at];
      for (const other of [before ^ 0x80, before ^ 1]) {
        bytes[b + at] = other;
        // A later difference the other way round must not decide.
        const later = at + 1 < length ? bytes[b + at + 1] : undefined;
        if (later !== undefined) bytes[b + at + 1] = other > before ? 0 : 255;
        assert.equal(Math.sign(compare(a, b, length)), Math.sign(before - other), `byte ${at} of ${length}`);
        if (later !== undefined) bytes[b + at + 1] = later;
      }
      bytes[b + at] = before;
    }
  }
});

test("a module without one of the functions is refused by its name", () => {
  assert.throws(() => lower(module(false)), /no function memcmp/);
});
