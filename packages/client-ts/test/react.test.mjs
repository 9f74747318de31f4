import assert from "node:assert/strict";
import { test } from "node:test";
import { act, createElement } from "react";
import { create } from "react-test-renderer";
import { GapError } from "bsn-client";
import { useFinality } from "bsn-client/react";
import { setting } from "./support/setting.mjs";

globalThis.IS_REACT_ACT_ENVIRONMENT = true;
// The renderer says of itself that it is deprecated; react-dom would need a DOM.
const { error } = console;
console.error = (...said) => String(said[0]).includes("react-test-renderer is deprecated") || error(...said);

/** Renders the hook and gives what it said each time. */
const rendered = async (t, client, options) => {
  const said = [];
  const Shown = (props) => {
    said.push(useFinality(props.client, props.options));
    return null;
  };
  let root;
  await act(async () => (root = create(createElement(Shown, { client, options }))));
  t.after(() => act(async () => root.unmount()));
  const show = (newOptions) => act(async () => root.update(createElement(Shown, { client, options: newOptions })));
  const until = async (state) => {
    while (said.at(-1).state !== state) await act(() => new Promise((resolve) => setTimeout(resolve, 5)));
    return said.at(-1);
  };
  return { said, show, until, unmount: () => act(async () => root.unmount()) };
};

test("a component sees the wait, its progress and the final block", async (t) => {
  const { chain, client } = await setting(t);
  const { said, until } = await rendered(t, client(), { height: 12, pollMs: 5 });
  assert.deepEqual(said[0], { state: "waiting", progress: null });
  while (said.at(-1).progress?.state !== "pending") await act(() => new Promise((resolve) => setTimeout(resolve, 5)));
  chain.grow();
  chain.grow();
  const { block } = await until("final");
  assert.equal(block.height, 12);
});

test("without a client or a target it is idle", async (t) => {
  const { node, client } = await setting(t);
  const { said, show, until } = await rendered(t, client(), null);
  assert.deepEqual(said, [{ state: "idle" }]);
  await show({ height: 5 });
  await until("final");
  await show(null);
  assert.equal(said.at(-1).state, "idle");
  const calls = node.calls.length;
  const none = await rendered(t, null, { height: 5 });
  assert.deepEqual([none.said.at(-1).state, node.calls.length], ["idle", calls]);
});

test("an error is a state, not an exception", async (t) => {
  const { chain, client } = await setting(t);
  chain.holes.add(6);
  const { until } = await rendered(t, client(), { height: 5 });
  const { error } = await until("failed");
  assert.ok(error instanceof GapError);
});

test("new options start a new wait and never show the old block; equal ones do not", async (t) => {
  const { node, client } = await setting(t);
  const { said, show, until } = await rendered(t, client(), { height: 5 });
  await until("final");
  const calls = node.calls.length;
  await show({ height: 5 });
  assert.equal(node.calls.length, calls);
  const before = said.length;
  await show({ height: 7 });
  await until("final");
  for (const one of said.slice(before)) assert.ok(one.state === "waiting" || one.block.height === 7);
});

test("a component that goes away stops asking", async (t) => {
  const { node, client } = await setting(t);
  const { said, unmount } = await rendered(t, client(), { height: 12, pollMs: 5 });
  while (said.at(-1).progress?.state !== "pending") await act(() => new Promise((resolve) => setTimeout(resolve, 5)));
  await unmount();
  const calls = node.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.ok(node.calls.length - calls <= 2, "at most the round that was on its way");
});
