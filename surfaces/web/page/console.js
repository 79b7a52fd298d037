// Shows in a side panel how to reach the persona, and what the hub sent or kept on the other surfaces.

import { readSent } from "/page/hub.js";
import { badge, make } from "/page/draw.js";
import { Panel } from "/page/panel.js";

const REFRESH_EVERY_MS = 2_500;
const SHOWN_AT_MOST = 200;
const LONG_TEXT = 220;
const LONG_LINES = 5;

const when = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", day: "numeric", month: "short" });
export class Console {
  #parts;
  #timer = 0;
  #shown = "";

  /** parts: the elements panel, opener, closer, reach, reachList, sentList, sentEmpty, sentCount, build. */
  constructor(parts) {
    this.#parts = parts;
    new Panel(parts, { onOpen: () => this.#watch(), onClose: () => clearInterval(this.#timer) });
  }

  /** Takes the answer of /local/about, or null where there is none, and offers the panel if it has anything to show. */
  async offer(about) {
    const hasSent = about !== null || (await readSent()) !== null;
    this.#parts.opener.hidden = !hasSent;
    if (about) this.#showReach(about);
  }

  #watch() {
    this.#refresh();
    this.#timer = setInterval(() => document.hidden || this.#refresh(), REFRESH_EVERY_MS);
  }

  async #refresh() {
    const sent = await readSent().catch(() => null); // The header already tells when the hub is away.
    if (!sent) return;
    const elsewhere = sent.filter((act) => act.surface !== "web").sort((one, other) => other.at - one.at);
    const shown = JSON.stringify(elsewhere);
    if (shown === this.#shown) return; // Drawing again would close what the person unfolded.
    this.#shown = shown;
    this.#parts.sentEmpty.hidden = elsewhere.length > 0;
    this.#parts.sentCount.textContent = elsewhere.length || "";
    this.#parts.sentList.replaceChildren(...elsewhere.slice(0, SHOWN_AT_MOST).map(drawAct));
  }

  #showReach({ surfaces = [], version, stage }) {
    this.#parts.reach.hidden = surfaces.length === 0;
    this.#parts.reachList.replaceChildren(...surfaces.map(drawReach));
    this.#parts.build.textContent = [version && `Persona Hub ${version}`, stage && `${stage} stage`].filter(Boolean).join(" · ");
  }
}

function drawReach({ name, address, try: hint }) {
  return make(
    "li",
    {},
    badge(name),
    make("code", { textContent: address }),
    ...(hint ? [make("p", { className: "quiet", textContent: hint })] : []),
  );
}

function drawAct({ surface, to, text, at, status, attempts, kept, thread }) {
  const state = kept ? "kept" : status;
  const time = make("time", { textContent: when.format(at * 1000), dateTime: new Date(at * 1000).toISOString() });
  const pill = make("span", { className: "pill", textContent: state });
  pill.dataset.status = state;
  const foot = make("div", { className: "act-foot" }, pill);
  if (attempts > 1) foot.append(make("span", { textContent: `${attempts} attempts` }));
  foot.append(time);
  return make(
    "li",
    { title: thread ? `Thread ${thread}` : "" },
    make("div", { className: "act-head" }, badge(surface), make("span", { className: "to", textContent: to ?? "" })),
    drawText(text ?? ""),
    foot,
  );
}

function drawText(text) {
  if (text.length <= LONG_TEXT && text.split("\n").length <= LONG_LINES) return make("p", { className: "act-text", textContent: text });
  const summary = make("summary", {}, make("span", { className: "act-text", textContent: text }));
  return make("details", {}, summary);
}
