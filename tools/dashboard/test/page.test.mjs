// The built page in a real browser: what it shows, to whom, and what it does when nobody answers.
import assert from "node:assert/strict";
import { fresh, inBrowser, open } from "./support/site.mjs";
import { crowd, recorded, standstill } from "./support/states.mjs";

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
/** A frame of sixty a second, in which the cursor moves; and what is drawn once a block. */
const FRAME_MS = 16;
const BLOCK_MS = 50;

for (const name of ["healthy", "stalled", "slashed"]) {
  inBrowser(`${name}: on a desk and on a phone, light and dark, nothing sticks out and nothing is fetched from elsewhere`, async (t) => {
    for (const [form, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
      for (const colorScheme of ["light", "dark"]) {
        const { page, errors, foreign, picture } = await open(t, recorded(name), { viewport, colorScheme });
        await page.waitForSelector("#tiles dt");
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${form} ${colorScheme}`);
        await picture(`${name}-${form}-${colorScheme}`);
        assert.deepEqual([errors, foreign], [[], []]);
        assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), colorScheme === "dark" ? "rgb(20, 19, 17)" : "rgb(246, 244, 239)");
      }
    }
  });
}

inBrowser("a standstill says whom it waits for, why, and what to do", async (t) => {
  const { page, sentence } = await open(t, recorded("stalled"));
  await page.waitForSelector("#alarms pre");
  assert.match(await sentence(), /^Finality stands still at height [\d,]+; waiting for fp0 and fp1\.$/);
  assert.match(await page.textContent("#power .lead"), /^Without fp0 and fp1 there is no quorum/);
  assert.match(await page.textContent("#alarms pre"), /^bsn doctor --node/);
  assert.equal(await page.locator("#power i.silent").count(), 2);
});

inBrowser("who signed twice is struck out, with the height and what Babylon says", async (t) => {
  const { page } = await open(t, recorded("slashed"));
  await page.waitForSelector("#slashing li");
  assert.match(await page.textContent("#slashing"), /fp3 signed two blocks of height 215; Babylon took the evidence/);
  assert.equal(await page.locator("#runway tr.slashed").count(), 1);
  assert.match(await page.textContent("#feed"), /gave its key away/);
});

inBrowser("a server that goes away is said to, the age grows, and what comes back is shown", async (t) => {
  const site = await open(t, recorded("healthy"));
  const { page, sentence, errors, picture } = site;
  await page.waitForFunction(() => document.body.dataset.reached === "true");
  site.answer = () => null;
  await page.waitForFunction(() => document.body.dataset.reached === "false");
  assert.match(await sentence(), /^bsn serve does not answer\. What is shown here is \d+ seconds? old\.$/);
  assert.equal(await page.textContent("#fresh"), "not connected");
  assert.equal(await page.textContent("#alarms-title"), "Whether there are alarms is not known");
  await page.waitForFunction(() => /([4-9]|\d\d) seconds old/.test(document.querySelector("#sentence h1").textContent));
  assert.equal(await page.evaluate(() => document.body.dataset.fresh), "false");
  await picture("away-desktop-light");
  site.answer = () => fresh(recorded("healthy"));
  await page.waitForFunction(() => document.body.dataset.reached === "true");
  assert.match(await sentence(), /^Final 2 blocks behind/);
  assert.equal(await page.textContent("#alarms-title"), "No alarm");
  assert.deepEqual(errors, []);
  const stalled = await open(t, recorded("stalled"));
  await stalled.page.waitForFunction(() => document.querySelector("#alarms-title").textContent === "1 alarm");
  stalled.answer = () => null;
  await stalled.page.waitForFunction(() => document.querySelector("#alarms-title").textContent === "1 alarm when bsn serve last answered");
});

inBrowser("a node that is away, half an answer, and another version of the interface are each said", async (t) => {
  const site = await open(t, recorded("healthy"));
  const { page, sentence } = site;
  const says = (text) => page.waitForFunction((text) => document.querySelector("#sentence").textContent.includes(text), text);
  await says("waiting for nobody");
  site.answer = () => {
    const state = fresh(recorded("healthy"));
    return { ...state, reading: { state: "away", since: state.now, last_ok: state.now - 61_000, error: "http://node:26657 does not answer" } };
  };
  await says("The node does not answer. What is shown here is 1 minute");
  assert.match(await page.textContent("#sentence p"), /http:\/\/node:26657/);
  site.answer = () => {
    const state = fresh(recorded("healthy"));
    return { ...state, reading: { state: "unreadable", since: state.now, last_ok: state.now - 61_000, error: "no such contract" } };
  };
  await says("The chain cannot be read. What is shown here is 1 minute");
  assert.equal(await page.textContent("#sentence p"), "no such contract");
  site.answer = () => JSON.stringify(recorded("healthy")).slice(0, 2_000);
  await says("bsn serve does not answer");
  site.answer = () => ({ ...fresh(recorded("healthy")), version: 2 });
  await says("bsn serve does not answer");
  const nothing = await open(t, recorded("healthy"));
  nothing.answer = () => ({ ...fresh(recorded("healthy")), version: 2, run: "x" });
  await nothing.page.reload();
  await nothing.page.waitForFunction(() => document.querySelector("#sentence").textContent.includes("version 2"));
  assert.match(await sentence(), /does not answer/);
});

inBrowser("before anything was read, nothing is claimed", async (t) => {
  const empty = { ...recorded("healthy"), tip: null, health: null, providers: [], heights: [], minutes: [], feed: [], trust: [], outbox: [], link: { here: null, babylon: null }, examined: null };
  const { page, errors, sentence } = await open(t, { ...empty, reading: { state: "starting", since: empty.now, last_ok: null, error: null } });
  await page.waitForFunction(() => document.body.dataset.reached === "true");
  assert.equal(await sentence(), "Reading the chain for the first time.");
  assert.equal(await page.textContent("#alarms-title"), "No alarm so far");
  for (const claim of ["open", "Nobody has", "Nothing out of the ordinary", "No finality provider"]) assert.ok(!(await page.textContent("main")).includes(claim), claim);
  assert.deepEqual(errors, []);
});

inBrowser("names from the chain are text, whatever they hold", async (t) => {
  const state = recorded("slashed");
  const evil = `<script>window.hit=1</script><img src=x onerror="window.hit=1">"' \u202Egnihsif\n\u0000`;
  for (const one of state.providers) one.name = evil;
  state.chain.id = state.chain.moniker = state.chain.babylon = evil;
  state.feed.push({ height: 1, time: null, kind: "alarm", key: null, what: evil }, { height: 1, time: null, kind: evil, key: evil, what: evil });
  state.checks.push({ id: evil, level: "critical", what: evil, hint: evil });
  state.trust.push({ what: evil, how: evil, by: evil });
  state.health.rewards.owed = [{ denom: evil, amount: evil }];
  state.link.here = { ...state.link.here, client: { id: evil, status: evil, expires: null } };
  state.health.channel.state = evil;
  const { page, errors, foreign } = await open(t, state);
  await page.waitForSelector("#slashing li");
  await page.click("#votes-table summary");
  await page.waitForSelector("#votes-rows td");
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(await page.locator("main img, main script").count(), 0);
  assert.ok(!(await page.textContent("#power")).includes("\u202E"));
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  assert.deepEqual([errors, foreign], [[], []]);
});

inBrowser("a hundred finality providers at three hundred heights: the cursor moves within a frame, and all is drawn within 50 ms, when it changed", async (t) => {
  for (const [form, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
    const site = await open(t, crowd(recorded("healthy")), { viewport });
    const { page, picture } = site;
    await page.waitForSelector("#tiles dt");
    const noted = async (what) => Number(await page.getAttribute("#matrix", `data-${what}`));
    assert.ok(form === "phone" || (await noted("heights")) === 300, `${await noted("heights")} heights`);
    await page.focus("#matrix");
    const moves = [];
    for (let step = 0; step < 30; step++) {
      await page.keyboard.press(step % 2 ? "ArrowLeft" : "ArrowDown");
      moves.push(await noted("moved"));
    }
    moves.sort((a, b) => a - b);
    // The quickest of some, for the machine does other things too.
    const whole = [await noted("ms")];
    for (const part of [0.9, 1, 0.9, 1, 0.9, 1]) {
      const before = await noted("draws");
      await page.setViewportSize({ ...viewport, width: Math.floor(viewport.width * part) });
      await page.waitForFunction((before) => Number(document.querySelector("#matrix").dataset.draws) > before, before);
      whole.push(await noted("ms"));
    }
    console.log(`${form}: the cursor moves in ${moves[15]} ms, at worst ${moves[29]} ms; everything is drawn in ${whole.join(", ")} ms`);
    assert.ok(moves[15] < FRAME_MS && Math.min(...whole) < BLOCK_MS, `${moves}; ${whole}`);
    await page.mouse.move(0, 0);
    await picture(`crowd-${form}-light`);
    // Nothing is drawn again while nothing changes, and once when something does.
    // On a busy machine the last change of the window may be drawn late, once.
    const quiet = async () => {
      const [draws, answers] = [await noted("draws"), site.asked.length];
      while (site.asked.length < answers + 3) await page.waitForTimeout(100);
      return [draws, await noted("draws")];
    };
    const [first, second] = [await quiet(), await quiet()];
    assert.ok(first[0] === first[1] || second[0] === second[1], `drawn while nothing changed: ${first}, ${second}`);
    const draws = await noted("draws");
    const later = crowd(recorded("healthy"));
    site.answer = () => fresh({ ...later, revision: later.revision + 1 });
    await page.waitForFunction((draws) => Number(document.querySelector("#matrix").dataset.draws) === draws + 1, draws);
  }
});

inBrowser("where rows are too low for names, the one under the cursor is named", async (t) => {
  const { page, picture } = await open(t, standstill(crowd(recorded("stalled"))));
  await page.waitForSelector("#tiles dt");
  assert.match(await page.textContent("#cell"), /the most power on top/);
  assert.equal(await page.isVisible("#tag"), false);
  await page.hover("#matrix", { position: { x: 40, y: 7 * 7 + 3 } });
  assert.equal(await page.textContent("#tag"), "provider 7");
  await page.focus("#matrix");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowDown");
  assert.deepEqual([await page.textContent("#tag"), await page.isVisible("#tag")], ["provider 8", true]);
  const [tag, canvas] = [await page.locator("#tag").boundingBox(), await page.locator("#matrix").boundingBox()];
  assert.ok(tag.x >= canvas.x && tag.x + tag.width <= canvas.x + canvas.width, "it stays within the matrix");
  await picture("crowd-stalled-desktop-light");
  const few = await open(t, recorded("stalled"));
  await few.page.waitForSelector("#tiles dt");
  await few.page.hover("#matrix", { position: { x: 400, y: 10 } });
  assert.equal(await few.page.isVisible("#tag"), false, "names stand beside the rows");
});

inBrowser("with the keyboard alone: to the panels, through the votes, to the table", async (t) => {
  const { page } = await open(t, recorded("stalled"));
  await page.waitForSelector("#tiles dt");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "To the panels");
  const reached = new Set();
  for (let step = 0; step < 12; step++) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.id || document.activeElement.tagName));
  }
  for (const wanted of ["lag-blocks", "matrix", "SUMMARY", "feed", "A"]) assert.ok(reached.has(wanted), `${wanted} of ${[...reached]}`);
  await page.focus("#matrix");
  await page.keyboard.press("End");
  assert.match(await page.textContent("#cell"), /^fp0 at height 190: may still vote \(no quorum yet, 0 % voted\)$/);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.match(await page.textContent("#cell"), /^fp2 at height 189: voted/);
  await page.focus("#votes-table summary");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#votes-rows tbody tr");
  assert.equal(await page.locator("#votes-rows tbody tr").count(), 7);
  await page.focus("#lag-blocks");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => /minute/.test(document.querySelector("#lag").textContent));
});

inBrowser("a screen reader is told what it needs", async (t) => {
  const { page } = await open(t, recorded("slashed"));
  await page.waitForSelector("#tiles dt");
  const wrong = await page.evaluate(() => {
    const found = [];
    const name = (node) => node.getAttribute("aria-label") ?? [...(node.getAttribute("aria-labelledby")?.split(" ") ?? [])].map((id) => document.getElementById(id)?.textContent).join("") ?? "";
    for (const section of document.querySelectorAll("main section")) if (!name(section).trim()) found.push(`a section without a name: ${section.className}`);
    for (const node of document.querySelectorAll('canvas, svg[role="img"], [role="img"], [role="region"]')) if (!name(node).trim()) found.push(`no name: ${node.outerHTML.slice(0, 80)}`);
    for (const table of document.querySelectorAll("table")) if (!table.caption || !table.querySelector("th[scope=col]")) found.push(`a table without caption or heads: ${table.className}`);
    for (const input of document.querySelectorAll("input")) if (!input.labels?.length) found.push(`an input without a label: ${input.id}`);
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    if (new Set(ids).size !== ids.length) found.push("an id twice");
    if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
    if (!document.documentElement.lang || !document.querySelector("main") || !document.querySelector("header")) found.push("no language or landmarks");
    const luminance = (rgb) => rgb.map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)).reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const colour = (text) => text.match(/[\d.]+/g).slice(0, 3).map(Number);
    const ground = (node) => { for (let at = node; at; at = at.parentElement) { const { backgroundColor } = getComputedStyle(at); if (!/, 0\)$|transparent/.test(backgroundColor)) return colour(backgroundColor); } return [255, 255, 255]; };
    for (const node of document.querySelectorAll("h1, h2, p, dt, dd, td, th, small, summary, a, li, label, pre")) {
      if (!node.textContent.trim() || node.closest(".sr, .skip, [hidden]")) continue;
      const [a, b] = [luminance(colour(getComputedStyle(node).color)), luminance(ground(node))].sort((x, y) => y - x);
      if ((a + 0.05) / (b + 0.05) < 4.5) found.push(`contrast ${((a + 0.05) / (b + 0.05)).toFixed(1)}: ${node.tagName} ${node.textContent.slice(0, 30)}`);
    }
    return found;
  });
  assert.deepEqual(wrong, []);
  assert.equal(await page.getAttribute("#sentence", "role"), "status");
});

inBrowser("who wants no motion gets none, and what is asked for again is only what changed", async (t) => {
  const still = await open(t, recorded("healthy"));
  await still.page.waitForSelector(".dot");
  assert.equal(await still.page.evaluate(() => document.getAnimations().length), 0);
  const state = recorded("healthy");
  await still.page.waitForFunction(() => performance.getEntriesByType("resource").length > 2);
  assert.deepEqual([still.asked.filter((url) => url.startsWith("/api"))[0], still.asked.filter((url) => url.startsWith("/api"))[1]], ["/api", `/api?run=${state.run}&since=${state.revision}`]);
  const lively = await open(t, state, { reducedMotion: "no-preference" });
  await lively.page.waitForSelector(".dot");
  assert.ok((await lively.page.evaluate(() => document.getAnimations().length)) > 0);
});

inBrowser("from the dashboard one gets to the page that waits for a transaction", async (t) => {
  const state = recorded("healthy");
  const { page, origin } = await open(t, state);
  await page.waitForSelector("#links a");
  const link = new URL(await page.getAttribute("#links a", "href"), origin);
  assert.deepEqual([link.pathname, link.searchParams.get("rpc"), link.searchParams.get("address")], ["/final", `${origin}/rpc`, state.chain.contract]);
  const devnet = await open(t, { ...state, chain: { ...state.chain, is_devnet: true, rpc: "http://127.0.0.1:26657" } });
  await devnet.page.waitForSelector("#links a");
  assert.equal(await devnet.page.textContent("#links a"), "Send a transaction, and wait until it is final");
  assert.match(await devnet.page.getAttribute("#links a", "href"), /rpc=http%3A%2F%2F127\.0\.0\.1%3A26657/);
});
