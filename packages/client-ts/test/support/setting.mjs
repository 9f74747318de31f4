// What most tests need: a chain, its nodes, a client, and an error looked at.
import assert from "node:assert/strict";
import { createBsnClient } from "bsn-client";
import { ADDRESS, Chain } from "./chain.mjs";
import { startNode } from "./node.mjs";

/** A chain and as many nodes as there are options; they stop with the test. */
export const setting = async (t, { chain = new Chain(), nodes = [{}] } = {}) => {
  const started = await Promise.all(nodes.map((options) => startNode(options.chain ?? chain, options)));
  t.after(() => Promise.all(started.map((node) => node.stop())));
  const client = (options = {}) => createBsnClient({ rpcs: started.map((node) => node.url), address: ADDRESS, retries: 0, ...options });
  return { chain, nodes: started, node: started[0], client };
};

/** The error that something throws: of this class and code, with these fields. */
export const fails = async (work, Class, code, fields = {}) => {
  let error;
  await assert.rejects(
    async () => work(),
    (found) => ((error = found), true),
  );
  assert.equal(error.constructor, Class, `${error.stack}`);
  assert.equal(error.code, code);
  for (const [name, value] of Object.entries(fields)) assert.deepEqual(error[name], value, name);
  return error;
};
