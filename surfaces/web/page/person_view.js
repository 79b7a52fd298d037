// The list of what is known about the person, by kind; each opens on the words that it rests on.
//
// What did not change is not touched, so that nothing jumps and the keyboard stays where it is.

import { badge, drawTwice, make, marked, placeOf } from "/page/draw.js";

/** Every kind of what is known, in the order of the list: how the list calls it. */
export const KINDS = {
  preference: "What you like, and what not",
  decision: "What you decided",
  concern: "What troubles you",
  stance: "How you take things",
  action: "What you do",
  texture: "How you write",
  topic: "What you speak of",
  person: "Of whom you speak",
  thing: "Things you name",
};
const MADE_BY = { code: "read by rules", model: "proposed by a model, its quotes found in your words" };

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const surfaceNames = new Intl.ListFormat("en", { type: "conjunction" });

export class PersonView {
  #list;
  #handlers;
  #items = new Map();
  #names = new Map();

  /** handlers: say(words), onPick(id) when one is opened. */
  constructor(list, handlers) {
    this.#list = list;
    this.#handlers = handlers;
  }

  show(nodes, { nodes: all }) {
    this.#names = new Map(all.map((node) => [node.id, sentenceOf(node)]));
    const held = this.#list.contains(document.activeElement) ? document.activeElement.closest("[data-id]")?.dataset.id : null;
    const seen = new Set(nodes.map(({ id }) => id));
    for (const [id, item] of this.#items) if (!seen.has(id)) this.#drop(id, item);
    const sections = Object.entries(KINDS).map(([kind, title]) => this.#showKind(kind, title, nodes.filter((node) => node.kind === kind)));
    sections.filter(Boolean).forEach((section, at) => section === this.#list.children[at] || this.#list.insertBefore(section, this.#list.children[at] ?? null));
    for (const section of [...this.#list.children]) if (!sections.includes(section)) section.remove();
    if (held && !this.#items.has(held)) this.#list.querySelector("summary")?.focus({ preventScroll: true });
  }

  /** Opens one and brings it into view. */
  open(id) {
    const item = this.#items.get(id)?.element;
    if (!item) return;
    item.firstElementChild.open = true;
    item.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    item.querySelector("summary").focus({ preventScroll: true });
  }

  #drop(id, item) {
    this.#items.delete(id);
    item.element.remove();
  }

  #showKind(kind, title, nodes) {
    if (nodes.length === 0) return null;
    const id = `known-${kind}`;
    const section = this.#list.querySelector(`#${id}`)?.parentElement ?? make("section", {}, make("h3", { id }), make("ul", { className: "known" }));
    section.setAttribute("aria-labelledby", id);
    section.firstElementChild.textContent = title;
    const list = section.lastElementChild;
    nodes.forEach((node, at) => {
      const element = this.#showOne(node);
      if (list.children[at] !== element) list.insertBefore(element, list.children[at] ?? null);
    });
    return section;
  }

  #showOne(node) {
    const shown = JSON.stringify([node, this.#names.get(node.superseded_by)]);
    const known = this.#items.get(node.id);
    if (known?.shown === shown) return known.element;
    const element = known?.element ?? this.#begin(node.id);
    const had = element.contains(document.activeElement);
    element.dataset.kind = node.kind;
    element.dataset.state = stateOf(node);
    const [summary, body] = element.firstElementChild.children;
    summary.replaceChildren(...drawLine(node));
    body.replaceChildren(...(element.firstElementChild.open ? this.#drawBody(node) : []));
    if (had && !element.contains(document.activeElement)) summary.focus({ preventScroll: true });
    this.#items.set(node.id, { element, shown, node });
    return element;
  }

  /** An empty item; what is in it is drawn when it is opened, since there may be hundreds. */
  #begin(id) {
    const summary = make("summary");
    const body = make("div", { className: "known-body" });
    const details = make("details", {}, summary, body);
    details.addEventListener("toggle", () => {
      const item = this.#items.get(id);
      if (!item) return;
      body.replaceChildren(...(details.open ? this.#drawBody(item.node) : []));
      if (details.open) this.#handlers.onPick(id);
    });
    const element = make("li", {}, details);
    element.dataset.id = id;
    return element;
  }

  #drawBody(node) {
    return [...this.#linesOf(node).map((words) => make("p", { className: "quiet", textContent: words })), this.#drawQuotes(node), this.#drawChoices(node)].filter(Boolean);
  }

  #linesOf({ first, last, conversations, surfaces, confidence, made_by, superseded_by, until, contested_by, stable, faded, you }) {
    if (you === undefined) return [];
    const times = day.format(first * 1000) === day.format(last * 1000) ? `Seen on ${day.format(last * 1000)}` : `Seen from ${day.format(first * 1000)} to ${day.format(last * 1000)}`;
    const where = surfaces.length > 0 ? `, on ${surfaceNames.format(surfaces.map((one) => badge(one).textContent))}` : "";
    return [
      contested_by && "You said that this is wrong: it is not used any more.",
      superseded_by && `No longer${until ? ` since ${day.format(until * 1000)}` : ""}: what holds now is “${this.#names.get(superseded_by) ?? "something else"}”.`,
      faded && `Not seen since ${day.format(last * 1000)}: not used before you show it again.`,
      !contested_by && !superseded_by && !stable && !faded && "Seen in one conversation only: not used before you show it again.",
      `${times}, in ${conversations === 1 ? "one conversation" : `${conversations} conversations`}${where}.`,
      `I am ${Math.round(confidence * 100)} % sure; ${MADE_BY[made_by] ?? made_by}.`,
    ].filter(Boolean);
  }

  #drawQuotes({ quotes, quoted }) {
    if (quotes.length === 0) return null;
    const list = make("ul", { className: "quotes", ariaLabel: "Your words" });
    list.append(...quotes.map((quote) => this.#drawQuote(quote)));
    const more = quoted - quotes.length;
    if (more > 0) list.append(make("li", { className: "quiet", textContent: `and ${more.toLocaleString()} more` }));
    return list;
  }

  #drawQuote({ text, whole, at, surface, can }) {
    const words = make("blockquote", { dir: "auto" }, ...marked(whole ?? text, text));
    const item = make("li", {}, words, placeOf(surface, at));
    if (can?.forget) item.append(drawTwice("Forget", "Yes, forget it", () => this.#handlers.say(can.forget), `Forget the message “${whole}”`));
    return item;
  }

  #drawChoices({ can, you }) {
    const choices = make("div", { className: "choices", role: "group" });
    if (can?.why) {
      const why = make("button", { type: "button", className: "plain", textContent: "Why?", ariaLabel: `Why do you think that: you ${you}` });
      why.addEventListener("click", () => this.#handlers.say(can.why));
      choices.append(why);
    }
    if (can?.contest) choices.append(drawTwice("That’s wrong", "Yes, it is wrong", () => this.#handlers.say(can.contest), `That’s wrong: you ${you}`));
    return choices.children.length > 0 ? choices : null;
  }
}

/** What stands in the drawing: a claim is in words that follow “you”, which is in its middle. */
export const nameOf = (node) => node.you ?? node.name;

const sentenceOf = (node) => (node.you === undefined ? node.name : `You ${node.you}`);

/** What is believed of it: acted on, seen once, faded, superseded, contested; nothing for what is only spoken of. */
export function stateOf({ you, contested_by, superseded_by, stable, faded }) {
  if (you === undefined) return "spoken of";
  if (contested_by) return "contested";
  if (superseded_by) return "superseded";
  if (faded) return "faded";
  return stable ? "stable" : "passing";
}

const SHORT = { contested: "you said that it is wrong", superseded: "no longer", faded: "not lately", passing: "seen once" };

function drawLine(node) {
  const name = make("span", { className: "known-name", textContent: sentenceOf(node), dir: "auto" });
  const state = stateOf(node);
  const parts = [make("span", { className: "known-mark", ariaHidden: "true" }), name];
  if (state in SHORT) parts.push(make("span", { className: "pill", textContent: SHORT[state] }));
  else if (state === "stable") parts.push(make("span", { className: "sure", textContent: `${Math.round(node.confidence * 100)} %`, title: "How sure I am" }));
  return parts;
}
