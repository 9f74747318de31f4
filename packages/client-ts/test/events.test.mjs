import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MalformedAnswerError } from "bsn-client";
import { eventsAt, readBlockResults, readEvents, wireEvents } from "bsn-client/events";
import { events } from "../scripts/schema.mjs";
import { ADDRESS, OTHER_CONTRACT } from "./support/chain.mjs";
import { fails, setting } from "./support/setting.mjs";

const recorded = JSON.parse(readFileSync(new URL("recorded/wasmd.json", import.meta.url), "utf8"));
const PLACE = { blockHeight: 9, txIndex: null };
const event = (type, attributes, contract = ADDRESS) => ({
  type,
  attributes: Object.entries({ _contract_address: contract, ...attributes }).map(([key, value]) => ({ key, value, index: true })),
});

test("every event of the schema is known here, with the same attributes, and no other", () => {
  const schema = events();
  assert.ok(schema.size >= 21);
  const sorted = (map) => Object.fromEntries([...map].map(([name, attributes]) => [name, [...attributes].sort()]).sort());
  assert.deepEqual(sorted(Object.entries(wireEvents())), sorted(schema));
});

test("events of a block: those of transactions first, then those of the hooks", async (t) => {
  const { chain, client } = await setting(t);
  chain.send("a vote");
  const height = chain.grow();
  assert.deepEqual(await eventsAt(client(), height), [
    { type: "submit_finality_signature", fpPubkeyHex: "ab".repeat(32), height: 7, verdict: "counted", blockHeight: 13, txIndex: 0 },
    { type: "index_block", module: "finality", lastHeight: 13, blockHeight: 13, txIndex: null },
    { type: "height_quorum", module: "finality", height: 12, blockHeight: 13, txIndex: null },
  ]);
});

test("a real node's results", () => {
  const results = recorded["block_results of a block without transactions"].answer.result;
  const found = readBlockResults(results, recorded.addresses.bsn);
  assert.deepEqual(found, [{ type: "index_block", module: "finality", lastHeight: 278, blockHeight: 278, txIndex: null }]);
});

test("amounts, lists and flags have their types", () => {
  const read = (name, attributes) => readEvents([event(`wasm-${name}`, attributes)], ADDRESS, PLACE)[0];
  assert.equal(read("reward", { denom: "ustake", amount: "340282366920938463463374607431768211455", state: "owed" }).amount, 2n ** 128n - 1n);
  assert.deepEqual(read("resume_finality", { halting_height: "5", through: "9", finality_providers: "aa,bb," }).finalityProviders, ["aa", "bb"]);
  assert.equal(read("set_paused", { packet_intake_until: "0", rewards: "true" }).rewards, true);
});

test("an event has only those attributes that its kind has", () => {
  const read = (attributes) => readEvents([event("wasm-ibc", attributes)], ADDRESS, PLACE)[0];
  assert.deepEqual([read({ channel: "connect" }).channel, read({ channel: "connect" }).packet], ["connect", undefined]);
  assert.deepEqual([read({ packet: "receive" }).channel, read({ packet: "receive" }).packet], [undefined, "receive"]);
});

test("another contract's events are not taken for those of bsn, nor are the chain's own", () => {
  const attributes = { module: "finality", finalized_height: "5" };
  const foreign = [event("wasm-finalize_block", attributes, OTHER_CONTRACT), event("finalize_block", attributes), event("wasm-new_event", {}), event("wasm-constructor", {})];
  assert.deepEqual(readEvents(foreign, ADDRESS, PLACE), []);
  assert.equal(readEvents([event("wasm-finalize_block", attributes)], ADDRESS, PLACE).length, 1);
});

test("an event that lacks an attribute is malformed", async () => {
  await fails(() => readEvents([event("wasm-finalize_block", { module: "finality" })], ADDRESS, PLACE), MalformedAnswerError, "malformed_answer", { path: "finalize_block.finalized_height" });
});
