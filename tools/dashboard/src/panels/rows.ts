// Rows of name, value and note, with a mark for how it is: never by colour alone.
import { type Child, h, show } from "../dom.js";
import type { Row } from "../view/link.js";
import type { Tone } from "../view/sentence.js";

const MARKS: Readonly<Record<Tone, [mark: string, word: string]>> = { good: ["", "well"], warning: ["▲", "look"], bad: ["■", "bad"], unknown: ["?", "not known"] };

/** Before anything was read, nothing is claimed. */
export const NOTHING = "Nothing was read yet.";

export const mark = (tone: Tone): HTMLElement => {
  const [sign, word] = MARKS[tone];
  return h("span", { class: `mark ${tone}`, role: "img", "aria-label": word }, sign);
};

const bar = (left: number, tone: Tone): HTMLElement => {
  const inner = h("i", { class: tone });
  inner.style.width = `${Math.round(left * 100)}%`;
  return h("span", { class: "left", "aria-hidden": "true" }, inner);
};

const row = ({ name, value, note, tone, left }: Row): Child =>
  h("div", { class: "row" }, h("dt", {}, name), h("dd", {}, tone === "good" ? null : mark(tone), h("b", {}, value), left === undefined ? null : bar(left, tone), note ? h("small", {}, note) : null));

export const rows = (id: string, list: readonly Row[]): void => show(id, list, () => (list.length ? list.map(row) : [h("p", { class: "soft" }, NOTHING)]));
