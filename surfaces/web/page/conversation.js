// Shows the conversation in the order in which it was said, each message once, on whatever surface it was said.
//
// All messages are kept as plain entries, and only the newest are drawn: a long history costs memory, not layout.
// Every message is one list item that carries its own day line and head line when it opens a day or a group,
// so that a late arrival only touches itself and the one after it.

import { badge, make } from "/page/draw.js";

const DRAWN_AT_FIRST = 300;
const DRAWN_PER_STEP = 300;
const NEAR_TOP_PX = 800;
const NEAR_BOTTOM_PX = 80;
const GROUP_GAP_S = 5 * 60;
const BULK = 40;
const TYPING_GIVES_UP_MS = 30_000;

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const thisYear = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const otherYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });

export class Conversation {
  #entries = [];
  #byId = new Map();
  #cards = new Map();
  #firstDrawn = 0;
  #isAtBottom = true;
  #lastTop = 0;
  #missed = 0;
  #name = "Persona";
  #typingEnds = 0;
  #today = dayOf(Date.now() / 1000);
  #parts;
  #handlers;

  /** parts: the elements scroller, list, typing, newest; handlers: onRetry(draft), onEdit(draft). */
  constructor(parts, handlers) {
    this.#parts = parts;
    this.#handlers = handlers;
    parts.scroller.addEventListener("scroll", () => this.#noticeScroll(), { passive: true });
    parts.newest.addEventListener("click", () => this.scrollToNewest());
    const keepAtBottom = new ResizeObserver(() => this.#isAtBottom && this.#jumpToBottom());
    keepAtBottom.observe(parts.list.parentElement);
    keepAtBottom.observe(parts.scroller);
    setInterval(() => this.#noticeMidnight(), 30_000);
  }

  get name() {
    return this.#name;
  }

  set name(name) {
    this.#name = name;
    for (const author of this.#parts.list.querySelectorAll(".from-persona .author")) author.textContent = name;
  }

  get isEmpty() {
    return this.#entries.length === 0;
  }

  /** Adds messages from the hub and answers those that were not shown before. */
  show(messages) {
    const fresh = messages.filter((message) => !this.#byId.has(message.id));
    for (const message of messages) if (this.#byId.has(message.id)) this.#refresh(message);
    const unique = [...new Map(fresh.map((message) => [message.id, { ...message }])).values()];
    if (unique.length > BULK) this.#insertMany(unique);
    else for (const entry of unique) this.#insert(entry);
    if (unique.some((entry) => entry.author === "persona")) this.showTyping(false);
    this.#noteMissed(unique.length);
    return unique;
  }

  /** Shows a message that the hub has not accepted yet. */
  showDraft(draft) {
    const newest = this.#entries.at(-1)?.at ?? 0;
    const at = Math.max(Date.now() / 1000, newest);
    this.#insert({ id: draft.clientId, author: "person", text: draft.text, surface: "web", at, draft });
    this.scrollToNewest();
  }

  /** Shows what became of a draft since. */
  refreshDraft(draft) {
    const entry = this.#byId.get(draft.clientId);
    if (entry?.element) this.#drawStatus(entry);
  }

  /** Turns a draft into the message that the hub will deliver under that id, or drops it if that one is here already. */
  accept(draft, id) {
    const entry = this.#byId.get(draft.clientId);
    if (id !== draft.clientId && this.#byId.has(id)) {
      this.#remove(entry);
      return;
    }
    this.#byId.delete(entry.id);
    entry.id = id;
    delete entry.draft;
    this.#byId.set(id, entry);
    if (entry.element) this.#drawStatus(entry);
  }

  withdraw(draft) {
    this.#remove(this.#byId.get(draft.clientId));
  }

  /** Puts these below their messages: a map of message id → element. */
  showCards(cards) {
    const known = this.#cards;
    const touched = new Set([...known.keys(), ...cards.keys()]);
    this.#cards = cards;
    // Putting the same card there again would take the focus from its buttons.
    for (const id of touched) if (known.get(id) !== cards.get(id)) this.#arrange(this.#entries.indexOf(this.#byId.get(id)));
  }

  showTyping(isTyping) {
    clearTimeout(this.#typingEnds);
    this.#parts.typing.hidden = !isTyping;
    if (isTyping) this.#typingEnds = setTimeout(() => this.showTyping(false), TYPING_GIVES_UP_MS);
  }

  scrollToNewest() {
    this.#isAtBottom = true;
    this.#jumpToBottom();
    this.#noteMissed(0);
  }

  #refresh(message) {
    const entry = this.#byId.get(message.id);
    const isSame = entry.at === message.at && entry.text === message.text && entry.html === message.html;
    if (isSame && entry.surface === message.surface) return;
    this.#remove(entry);
    this.#insert({ ...message });
  }

  #insertMany(entries) {
    for (const entry of entries) this.#byId.set(entry.id, entry);
    const drawnBefore = this.#entries.length - this.#firstDrawn;
    const toDraw = this.#isAtBottom ? DRAWN_AT_FIRST : drawnBefore + entries.length;
    this.#entries.push(...entries);
    this.#entries.sort((one, other) => one.at - other.at);
    this.#firstDrawn = Math.max(0, this.#entries.length - toDraw);
    this.#parts.list.replaceChildren(this.#drawRange(this.#firstDrawn, this.#entries.length));
    this.#entries.slice(0, this.#firstDrawn).forEach((entry) => delete entry.element);
  }

  #insert(entry) {
    let index = this.#entries.length;
    while (index > 0 && this.#entries[index - 1].at > entry.at) index -= 1;
    this.#entries.splice(index, 0, entry);
    this.#byId.set(entry.id, entry);
    if (index < this.#firstDrawn || (index === this.#firstDrawn && index > 0 && index < this.#entries.length - 1)) {
      this.#firstDrawn += 1;
      return;
    }
    this.#draw(index);
    this.#parts.list.insertBefore(entry.element, this.#entries[index + 1]?.element ?? null);
    this.#arrange(index + 1);
  }

  #remove(entry) {
    const index = this.#entries.indexOf(entry);
    this.#entries.splice(index, 1);
    this.#byId.delete(entry.id);
    entry.element?.remove();
    if (index < this.#firstDrawn) this.#firstDrawn -= 1;
    else this.#arrange(index);
  }

  #drawRange(from, to) {
    const drawn = document.createDocumentFragment();
    for (let index = from; index < to; index += 1) drawn.append(this.#draw(index));
    return drawn;
  }

  #draw(index) {
    const entry = this.#entries[index];
    entry.bubble = drawBubble(entry);
    entry.status = make("p", { className: "status" });
    entry.element = make("li", { className: `message from-${entry.author}` });
    this.#drawStatus(entry);
    this.#arrange(index);
    return entry.element;
  }

  /** Gives an entry its day line and head line, which depend on the one before it. */
  #arrange(index) {
    const entry = this.#entries[index];
    if (!entry?.element) return;
    const before = this.#entries[index - 1];
    const opensDay = !before || dayOf(before.at) !== dayOf(entry.at);
    const opensGroup = opensDay || !isSameGroup(before, entry);
    entry.element.classList.toggle("opens-group", opensGroup);
    entry.element.replaceChildren(
      ...(opensDay ? [drawDay(entry.at)] : []),
      ...(opensGroup ? [drawHead(entry, this.#name)] : []),
      entry.bubble,
      ...(this.#cards.has(entry.id) ? [this.#cards.get(entry.id)] : []),
      entry.status,
    );
  }

  #drawStatus({ draft, element, status }) {
    element.dataset.state = draft?.state ?? "";
    status.replaceChildren(...(draft ? [draft.note] : []));
    if (draft?.canRetry) status.append(drawAction("Retry", () => this.#handlers.onRetry(draft)));
    if (draft?.canEdit) status.append(drawAction("Edit", () => this.#handlers.onEdit(draft)));
  }

  #drawEarlier() {
    const { list, scroller } = this.#parts;
    const from = Math.max(0, this.#firstDrawn - DRAWN_PER_STEP);
    const seam = this.#firstDrawn;
    const heightBefore = list.offsetHeight;
    list.prepend(this.#drawRange(from, seam));
    this.#firstDrawn = from;
    this.#arrange(seam);
    // The style sheet turns the browser's own anchoring off: some have none, and two corrections would add up.
    scroller.scrollTop += list.offsetHeight - heightBefore;
  }

  #noticeScroll() {
    const { scroller } = this.#parts;
    const isNear = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_BOTTOM_PX;
    // Only who scrolls up leaves the bottom: what was added since this scroll may have moved it away.
    if (isNear || scroller.scrollTop < this.#lastTop) this.#isAtBottom = isNear;
    this.#lastTop = scroller.scrollTop;
    if (this.#isAtBottom) this.#noteMissed(0);
    this.#parts.newest.hidden = this.#isAtBottom;
    if (scroller.scrollTop < NEAR_TOP_PX && this.#firstDrawn > 0) this.#drawEarlier();
  }

  #noteMissed(count) {
    this.#missed = this.#isAtBottom ? 0 : this.#missed + count;
    const label = this.#missed === 0 ? "Newest" : `${this.#missed} new`;
    this.#parts.newest.lastElementChild.textContent = label;
  }

  #jumpToBottom() {
    this.#parts.scroller.scrollTop = this.#parts.scroller.scrollHeight;
    this.#lastTop = this.#parts.scroller.scrollTop;
  }

  #noticeMidnight() {
    const today = dayOf(Date.now() / 1000);
    if (today === this.#today) return;
    this.#today = today;
    for (let index = this.#firstDrawn; index < this.#entries.length; index += 1) this.#arrange(index);
  }
}

function drawBubble({ author, text, html }) {
  const bubble = make("div", { className: "bubble" });
  if (author === "persona" && html) {
    bubble.classList.add("rich");
    bubble.innerHTML = html; // The hub's renderer has sanitised it, and the page's policy runs no inline script.
    for (const link of bubble.querySelectorAll("a[href]")) Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
  } else {
    bubble.textContent = text;
  }
  return bubble;
}

function drawHead({ author, surface, at }, name) {
  const time = make("time", { textContent: clock.format(at * 1000), title: moment.format(at * 1000) });
  time.dateTime = new Date(at * 1000).toISOString();
  const head = make("div", { className: "head" }, make("span", { className: "author", textContent: author === "persona" ? name : "You" }));
  if (surface !== "web") head.append(badge(surface));
  head.append(time);
  return head;
}

function drawDay(at) {
  return make("div", { className: "day" }, make("span", { textContent: nameDay(at) }));
}

function drawAction(label, onClick) {
  const button = make("button", { type: "button", className: "link", textContent: label });
  button.addEventListener("click", onClick);
  return button;
}

function isSameGroup(before, entry) {
  return before.author === entry.author && before.surface === entry.surface && entry.at - before.at < GROUP_GAP_S;
}

function dayOf(at) {
  const date = new Date(at * 1000);
  return date.getFullYear() * 10_000 + date.getMonth() * 100 + date.getDate();
}

function nameDay(at) {
  const now = new Date();
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (dayOf(at) === dayOf(now / 1000)) return "Today";
  if (dayOf(at) === dayOf(yesterday / 1000)) return "Yesterday";
  const isThisYear = new Date(at * 1000).getFullYear() === now.getFullYear();
  return (isThisYear ? thisYear : otherYear).format(at * 1000);
}
