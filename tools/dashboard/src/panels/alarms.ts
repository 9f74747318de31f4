import type { Check, State } from "../api.js";
import { h, name, show } from "../dom.js";
import { grouped, plural, span } from "../format.js";
import { sorted } from "../view/alarms.js";
import { mark } from "./rows.js";

const item = ({ id, level, what, hint }: Check): HTMLElement =>
  h("li", {}, mark(level === "critical" ? "bad" : level), h("div", {}, h("span", {}, name(grouped(what))), " ", h("small", { class: "soft mono" }, id), hint ? h("pre", { tabindex: 0, "aria-label": "what to do" }, hint) : null));

const looked = (state: State, now: number): string => (state.examined === null ? "bsn doctor has not looked yet" : `bsn doctor looked ${span((now - state.examined) / 1000)} ago`);

/** Only who answers now can say that there is no alarm now. */
const headline = (state: State, count: number, reached: boolean): string => {
  if (!reached) return count ? `${plural(count, "alarm")} when bsn serve last answered` : "Whether there are alarms is not known";
  return count ? plural(count, "alarm") : state.examined === null ? "No alarm so far" : "No alarm";
};

export const showAlarms = (state: State, now: number, reached: boolean): void => {
  const { alarms, unknown } = sorted(state);
  const title = headline(state, alarms.length, reached);
  show("alarms-title", title, () => [title]);
  const when = looked(state, now);
  show("examined", when, () => [when]);
  show("alarms", [alarms, unknown], () => [
    alarms.length ? h("ul", { class: "alarms" }, ...alarms.map(item)) : null,
    unknown.length ? h("details", {}, h("summary", {}, `${plural(unknown.length, "thing")} could not be looked at`), h("ul", { class: "alarms" }, ...unknown.map(item))) : null,
  ]);
};
