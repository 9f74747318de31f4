// Also without a browser: the page knows every error that the client has.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

test("the page has words for every error that a wait can end with", () => {
  const codes = [...read("src/errors.ts").split(";")[0].matchAll(/\| "(\w+)"/g)].map((match) => match[1]);
  const known = [...read("page/page.js").matchAll(/^  (\w+): \["/gm)].map((match) => match[1]);
  // A deployment file is not asked for there, and the other two are of any cause: their message says all.
  const left = ["bad_deployment", "nodes_disagree", "query_failed", "rpc"];
  assert.ok(codes.length > 20);
  assert.deepEqual(codes.filter((code) => !known.includes(code)), left);
  assert.deepEqual(known.filter((code) => !codes.includes(code)), []);
});

test("the page loads nothing from anywhere else, and its policy holds it to that", () => {
  const html = read("page/index.html");
  assert.match(html, /default-src 'none'; script-src 'self'/);
  assert.deepEqual([...html.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1]), ["data:,", "page.js"]);
  assert.deepEqual([...read("page/page.js").matchAll(/from "([^"]*)"/g)].map((match) => match[1]), ["../dist/index.js", "../dist/verify.js"]);
});
