// The double of a node answers as a real one did (wasmd 0.61.14, CometBFT 0.38.21, the contracts of this tree), and its contract
// as the schema says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import Ajv from "ajv";
import { BsnError } from "bsn-client";
import { schemas } from "../scripts/schema.mjs";
import { ADDRESS, Chain, EMPTY_ADDRESS, OTHER_CONTRACT } from "./support/chain.mjs";
import { setting } from "./support/setting.mjs";

const recorded = JSON.parse(readFileSync(new URL("recorded/wasmd.json", import.meta.url), "utf8"));

/** The shape of JSON: names and types, a list by its first item. What is absent or `null` on one side is left to the other. */
const shape = (value) => {
  if (Array.isArray(value)) return value.length ? [shape(value[0])] : [];
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shape(one)]).sort());
  return typeof value;
};

const post = async (url, method, params, headers = {}) => {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
  return { http: response.status, type: response.headers.get("content-type"), answer: await response.json(), headers: response.headers };
};

const query = (address, msg) => {
  const field = (number, text) => {
    const bytes = Buffer.from(text);
    return Buffer.concat([Buffer.from([number * 8 + 2, ...(bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) | 128, bytes.length >> 7])]), bytes]);
  };
  return { path: "/cosmwasm.wasm.v1.Query/SmartContractState", data: Buffer.concat([field(1, address), field(2, JSON.stringify(msg))]).toString("hex"), height: "0", prove: false };
};

test("the double's answers have the shape of a real node's", async (t) => {
  const { chain, node } = await setting(t);
  const hash = (hex) => Buffer.from(hex, "hex").toString("base64");
  const good = hash(chain.send("pay"));
  const failed = hash(chain.send("no money", { code: 5 }));
  const height = chain.grow();
  const later = [chain.grow(), chain.grow()];
  const ask = { finality_status: { height } };
  const same = {
    "tx not found": ["tx", { hash: hash("AB".repeat(32)), prove: false }],
    tx: ["tx", { hash: good, prove: true }],
    "tx without proof": ["tx", { hash: good, prove: false }],
    "tx failed": ["tx", { hash: failed, prove: true }],
    broadcast: ["broadcast_tx_sync", { tx: "AQID" }],
    "broadcast refused": ["broadcast_tx_sync", { tx: Buffer.from("bad").toString("base64") }],
    "header 0": ["header", { height: String(height) }],
    "header above the tip": ["header", { height: "1000" }],
    status: ["status", {}],
    unknown: ["abci_query", query(ADDRESS, { finality_status: { height: 1000 } })],
    "not bsn": ["abci_query", query(OTHER_CONTRACT, ask)],
    "no contract": ["abci_query", query(EMPTY_ADDRESS, ask)],
    "other prefix": ["abci_query", query("cosmos10xcqpzrky6eff2g52qdye53xkk9jxkvrpq6uqr", ask)],
    "unknown question": ["abci_query", query(ADDRESS, { nonsense: {} })],
    "state of a height above the tip": ["abci_query", { ...query(ADDRESS, ask), height: "1000" }],
    "unknown method": ["nonsense", {}],
  };
  for (const [name, [method, params]] of Object.entries(same)) {
    const { http, type, answer } = recorded[name];
    const ours = await post(node.url, method, params);
    assert.deepEqual([ours.http, ours.type], [http, type], name);
    for (const side of [ours.answer, answer]) if (side.result?.tx_result) (side.result.tx_result.events = []), delete side.result.tx_result.data;
    if (name.startsWith("tx")) for (const side of [ours.answer, answer]) if (side.result?.proof) side.result.proof.proof.aunts = [];
    for (const side of [ours.answer, answer]) if (side.result?.header) delete side.result.header.version.app;
    assert.deepEqual(shape(ours.answer), shape(answer), name);
  }
  assert.equal(later.length, 2);
});

test("what the client tells refusals apart by are a real chain's words", async (t) => {
  const wanted = {
    "not bsn": ["wrong_address", "not_bsn"],
    "no contract": ["wrong_address", "no_contract"],
    "malformed address": ["wrong_address", "malformed"],
    "other prefix": ["wrong_address", "malformed"],
    "unknown question": ["query_failed", undefined],
    "refused question": ["query_failed", undefined],
  };
  for (const [name, [code, reason]] of Object.entries(wanted)) {
    const { client } = await setting(t, { nodes: [{ lie: (method, result) => (method === "abci_query" ? recorded[name].answer.result : result) }] });
    const error = await client().finalityStatus(5).catch((found) => found);
    assert.ok(error instanceof BsnError, name);
    assert.deepEqual([error.code, error.reason], [code, reason], name);
  }
  const missing = await setting(t, { nodes: [{ fail: (method, response) => method !== "status" && response.end(JSON.stringify(recorded["tx not found"].answer)) }] });
  const error = await missing.client().waitForFinality({ txHash: "AB".repeat(32), pollMs: 5, timeoutMs: 1_000 }).catch((found) => found);
  assert.deepEqual([error.code, error.lastState], ["wait_timeout", "tx_unseen"]);
  const above = await setting(t, { nodes: [{ fail: (method, response) => method === "header" && response.end(JSON.stringify(recorded["header above the tip"].answer)) }] });
  assert.equal((await above.client().waitForFinality({ height: 5 }).catch((found) => found)).code, "height_above_tip");
});

test("a real contract's answers are read", async (t) => {
  const say = (name) => ({ nodes: [{ lie: (method, result) => (method === "abci_query" ? recorded[name].answer.result : method === "status" ? { ...recorded.status.answer.result, sync_info: { ...recorded.status.answer.result.sync_info, latest_block_time: new Date().toISOString() } } : result) }] });
  const { client } = await setting(t, say("pending"));
  const status = await client().finalityStatus(recorded["header 0"].answer.result.header.height * 1);
  assert.deepEqual([status.block, status.voteAtHeight.state, status.voteAtHeight.reason], ["pending", "skipped", "no_active_set"]);
  assert.equal(status.blockHash.toUpperCase(), recorded["header 1"].answer.result.header.last_block_id.hash);
  const none = await setting(t, say("last_final_block"));
  assert.equal(await none.client().query({ last_final_block: {} }), null);
});

test("the double's contract answers as the schema says", () => {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const validator = (title) => ajv.compile(schemas().find((schema) => schema.title === title));
  const isStatus = validator("FinalityStatusResponse");
  const chain = new Chain({ to: 20 });
  chain.holes.add(6).add(20);
  chain.resumed.add(9);
  chain.forgottenBelow = 3;
  const blocks = new Set();
  for (let height = 1; height <= 22; height++) {
    const answer = chain.finalityStatus(height, chain.tip);
    blocks.add(answer.block);
    assert.ok(isStatus(answer), `${height}: ${ajv.errorsText(isStatus.errors)}`);
  }
  assert.deepEqual([...blocks].sort(), ["final", "pending", "resumed", "unknown"]);
  assert.equal(chain.lastFinalBlock(chain.tip).height, 18);
});

test("CORS: as a real node, which answers everybody and lets only allowed origins read", async (t) => {
  const allowed = "http://allowed.example";
  const { nodes } = await setting(t, { nodes: [{ origins: [allowed] }, {}] });
  const preflight = { "access-control-request-method": "POST", "access-control-request-headers": "content-type" };
  for (const [name, origin] of [["allowed", allowed], ["other", "http://other.example"]]) {
    const answers = { OPTIONS: await fetch(nodes[0].url, { method: "OPTIONS", headers: { origin, ...preflight } }), POST: await fetch(nodes[0].url, { method: "POST", headers: { origin, "content-type": "application/json" }, body: '{"jsonrpc":"2.0","id":1,"method":"status"}' }) };
    for (const [method, answer] of Object.entries(answers)) {
      const real = recorded[`cors ${method} ${name}`];
      assert.equal(answer.status, real.http);
      for (const header of ["origin", "methods", "headers"])
        assert.equal(answer.headers.get(`access-control-allow-${header}`), real.headers[`access-control-allow-${header}`] ?? null, `${method} ${name} ${header}`);
    }
  }
  const closed = await fetch(nodes[1].url, { method: "OPTIONS", headers: { origin: allowed, ...preflight } });
  assert.equal(closed.headers.get("access-control-allow-origin"), null);
});
