import assert from "node:assert/strict";
import { test } from "node:test";
import { TxRejectedError, QueryFailedError, WrongAddressError, NodesDisagreeError, NodeUnreachableError, InvalidArgumentError } from "bsn-client";
import { Chain, OTHER_CONTRACT } from "./support/chain.mjs";
import { fails, setting } from "./support/setting.mjs";

test("a final block comes with its certificate, heights as numbers and power as bigint", async (t) => {
  const { chain, client } = await setting(t);
  const status = await client().finalityStatus(5);
  assert.deepEqual(status, {
    height: 5,
    block: "final",
    certifiedBy: 6,
    gapBefore: 0,
    blockHash: chain.blocks.get(5).hash.toLowerCase(),
    appHash: chain.blocks.get(5).header.app_hash.toLowerCase(),
    certificate: { totalPower: 250n, votedPower: 200n, rankedPower: 300n, unbrokenSince: 1 },
    voteAtHeight: { state: "quorum", reason: null, votedPower: 200n, totalPower: 250n },
    stateHeight: 12,
  });
});

test("a quorum at a height is not shown as finality of its block", async (t) => {
  const { chain, client } = await setting(t);
  const status = await client().finalityStatus(chain.quorumTo);
  assert.equal(status.voteAtHeight.state, "quorum");
  assert.equal(status.block, "pending");
  assert.ok(!("certifiedBy" in status));
  for (const name of Object.keys(client())) assert.doesNotMatch(name, /lastFinalized|finalizedHeight/i);
});

test("several nodes: the next is asked where one is down, and the one that answered is asked first from then on", async (t) => {
  const { nodes, client } = await setting(t, { nodes: [{}, {}] });
  await nodes[0].stop();
  const both = client();
  assert.equal((await both.finalityStatus(5)).block, "final");
  assert.equal((await both.finalityStatus(6)).block, "final");
  assert.equal(nodes[1].calls.length, 4);
});

test("a node that answers again after a moment is asked again", async (t) => {
  let failures = 2;
  const { client } = await setting(t, { nodes: [{ fail: (_, response) => failures-- > 0 && response.writeHead(503).end("overloaded") }] });
  assert.equal((await client({ retries: 1 }).finalityStatus(5)).block, "final");
});

test("with `agree`, a block is final only where so many nodes say so, of one block", async (t) => {
  const { nodes, client } = await setting(t, { nodes: [{}, {}] });
  const careful = client({ agree: 2 });
  assert.equal((await careful.finalityStatus(5)).block, "final");
  nodes[1].tip = 5;
  await fails(() => careful.finalityStatus(8), (await import("bsn-client")).HeightAboveTipError, "height_above_tip");
  nodes[1].tip = 8;
  assert.equal((await careful.finalityStatus(8)).block, "pending", "one of two");
  nodes[1].tip = undefined;
  nodes[1].chain = new Chain({ id: "consumer-1" , now: () => Date.now() - 1 });
  await fails(() => careful.finalityStatus(5), NodesDisagreeError, "nodes_disagree", { height: 5 });
  await nodes[1].stop();
  await fails(() => careful.finalityStatus(5), NodeUnreachableError, "node_unreachable");
  assert.equal((await client({ agree: 1 }).finalityStatus(5)).block, "final");
  await fails(() => client({ agree: 3 }), InvalidArgumentError, "invalid_argument", { argument: "agree" });
});

test("a transaction is given to a node, and a refusal is named", async (t) => {
  const { node, client } = await setting(t);
  const { txHash } = await client().broadcast(new TextEncoder().encode("a transaction"));
  assert.match(txHash, /^[0-9A-F]{64}$/);
  assert.equal(node.broadcast[0].toString(), "a transaction");
  await fails(() => client().broadcast(new TextEncoder().encode("bad")), TxRejectedError, "tx_rejected", { txCode: 4, codespace: "sdk" });
});

test("any other question goes to the contract as it is", async (t) => {
  const { client } = await setting(t);
  assert.equal(await client().query({ last_finalized_height: {} }), 11);
  await fails(() => client().query({ nonsense: {} }), QueryFailedError, "query_failed", { abciCode: 6, codespace: "sdk" });
  await fails(() => client({ address: OTHER_CONTRACT }).query({ last_final_block: {} }), WrongAddressError, "wrong_address", { reason: "not_bsn" });
});
