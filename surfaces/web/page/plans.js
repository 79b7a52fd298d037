// The panel of the person's plans, and the card below a plan that waits for a yes.
//
// A button says the words that could be typed just as well, so there is one way in which a plan is changed; what
// comes of it is read back from the hub. Whatever moves a plan moves the feed, and then the plans are read anew.

import { readPlans } from "/page/hub.js";
import { make } from "/page/draw.js";
import { Panel } from "/page/panel.js";
import { Told } from "/page/told.js";
import { PlanView, lineOf } from "/page/plan_view.js";

const PRESSED_MS = 15_000;
const REDRAWN_EVERY_MS = 60_000;
const WANTED = new Set(["yes", "answer", "done"]);

export class Plans {
  #parts;
  #handlers;
  #panel;
  #told;
  #views = new Map();
  #cards = new Map();
  #shelves = new Map();
  #known = [];
  #reading = false;
  #isStale = false;

  /** parts: the elements that index.html names in its panel; handlers: say(text), onCards(Map of message id → element). */
  constructor(parts, handlers) {
    this.#parts = parts;
    this.#handlers = handlers;
    this.#told = new Told(parts.told, handlers.say);
    this.#panel = new Panel(parts, { onOpen: () => this.refresh(), onClose: () => this.#told.clear() });
    parts.form.addEventListener("submit", (event) => this.#make(event));
    parts.again.addEventListener("click", () => this.#tryAgain());
    // At midnight “tomorrow” is today.
    setInterval(() => this.#panel.isOpen && this.#show(this.#known), REDRAWN_EVERY_MS);
    document.addEventListener("visibilitychange", () => document.hidden || parts.opener.hidden || this.refresh());
  }

  /** Offers the panel once somebody is signed in. */
  offer() {
    this.#parts.opener.hidden = false;
    this.refresh();
  }

  withdraw() {
    if (this.#panel.isOpen) this.#panel.close();
    this.#parts.opener.hidden = true;
  }

  /** Takes what the persona has just said: the answer to what a button here said. */
  notice(text) {
    this.#told.notice(text);
  }

  /** Reads how all plans stand; asked for meanwhile, it looks once more afterwards. */
  async refresh() {
    if (this.#reading || document.hidden) {
      this.#isStale = true;
      return;
    }
    this.#reading = true;
    this.#parts.trouble.hidden = true;
    do {
      this.#isStale = false;
      // Away or signed out: the feed notices too and says so; the next time it moves, the plans are read again.
      const told = await readPlans().catch(() => null);
      this.#parts.trouble.hidden = told !== null;
      if (told) this.#show(told.plans);
    } while (this.#isStale && !document.hidden);
    this.#reading = false;
  }

  /** The button that was pressed goes; the keyboard is not left nowhere. */
  #tryAgain() {
    this.#parts.closer.focus({ preventScroll: true });
    this.refresh();
  }

  #show(plans) {
    this.#known = plans;
    const seen = new Map(plans.map((plan) => [keyOf(plan), plan]));
    for (const [key, view] of this.#views) if (!seen.has(key)) this.#drop(key, view);
    let before = null;
    for (const [key, plan] of seen) {
      if (!this.#views.has(key)) this.#views.set(key, new PlanView((words) => this.#told.say(words)));
      const view = this.#views.get(key);
      view.show(plan);
      const place = before ? before.nextElementSibling : this.#parts.list.firstElementChild;
      if (place !== view.element) this.#parts.list.insertBefore(view.element, place);
      before = view.element;
    }
    this.#parts.empty.hidden = plans.length > 0;
    this.#showWaiting(plans.filter((plan) => WANTED.has(plan.waits)).length);
    this.#showCards(plans);
  }

  /** A plan that is over leaves; whoever was on one of its buttons goes on with the list. */
  #drop(key, view) {
    const had = view.element.contains(document.activeElement);
    this.#views.delete(key);
    view.element.remove();
    if (had) this.#parts.closer.focus({ preventScroll: true });
  }

  #showWaiting(count) {
    this.#parts.opener.dataset.waiting = count || "";
    this.#parts.opener.setAttribute("aria-label", count ? `Plans, ${count} waiting for you` : "Plans");
  }

  /** A card below each plan that waits for a yes; answered, wherever that was, it says how and has no buttons. */
  #showCards(plans) {
    const seen = new Map(plans.map((plan) => [keyOf(plan), plan]));
    for (const [key, { card, message }] of this.#cards) {
      const plan = seen.get(key);
      if (plan?.state === "shown" && plan.message === message) continue;
      closeCard(card, plan);
      this.#cards.delete(key);
    }
    const fresh = plans.filter((plan) => plan.state === "shown" && !this.#cards.has(keyOf(plan)));
    for (const plan of fresh) {
      const card = this.#drawCard(plan);
      this.#cards.set(keyOf(plan), { card, message: plan.message });
      if (!this.#shelves.has(plan.message)) this.#shelves.set(plan.message, make("div", { className: "cards" }));
      this.#shelves.get(plan.message).append(card);
    }
    if (fresh.length > 0) this.#handlers.onCards(new Map(this.#shelves));
  }

  #drawCard(plan) {
    const told = make("p", { className: "came" });
    told.setAttribute("role", "status");
    const card = make("section", { className: "question plan-card", ariaLabel: "A plan that waits for your yes" });
    const offered = [
      ["Start it", "primary", plan.can.start],
      ["No", "plain", plan.can.cancel],
    ];
    const buttons = offered.map(([label, className, words]) => {
      const button = make("button", { type: "button", className, textContent: label, ariaLabel: `${label}: plan ${plan.number}, ${plan.goal}` });
      button.addEventListener("click", () => this.#press(words, buttons, told));
      return button;
    });
    card.dataset.state = "open";
    card.append(make("div", { className: "choices", role: "group" }, ...buttons), told);
    card.append(make("p", { className: "quiet", textContent: "Nothing of it happens before your yes." }));
    return card;
  }

  /** What was pressed is under way until the plan moves; if it does not, it may be pressed again. */
  #press(words, buttons, told) {
    for (const button of buttons) button.disabled = true;
    told.textContent = "Taken down…";
    told.tabIndex = -1;
    told.focus({ preventScroll: true });
    this.#told.say(words);
    setTimeout(() => {
      for (const button of buttons) button.disabled = false;
      if (buttons[0].isConnected) told.textContent = "";
    }, PRESSED_MS);
  }

  #make(event) {
    event.preventDefault();
    const { goal, steps, when, form, making } = this.#parts;
    const lines = steps.value.split("\n").map((line) => line.replace(/^\s*(?:\d+[.)]|[-*•])\s*/, "").trim()).filter(Boolean);
    if (lines.length === 0) return steps.focus();
    const opening = when.value.trim() ? `plan ${when.value.trim()}: ` : "plan: ";
    this.#told.say([opening + goal.value.trim(), ...lines.map((line, index) => `${index + 1}. ${line}`)].join("\n"));
    form.reset();
    making.open = false;
    making.querySelector("summary").focus();
  }
}

/** What a plan is known by while others come and go. */
function keyOf({ number, made }) {
  return `${number}/${made}`;
}

function closeCard(card, plan) {
  const told = card.querySelector(".came");
  const had = card.contains(document.activeElement);
  const isAnew = plan?.state === "shown";
  card.dataset.state = isAnew ? "changed" : plan ? "started" : "dropped";
  card.ariaLabel = "A plan that had its answer";
  card.replaceChildren(told);
  told.textContent = isAnew ? "Changed, and shown anew." : plan ? `Plan ${plan.number} has started · ${lineOf(plan)}` : "Not started.";
  if (!had) return;
  told.tabIndex = -1;
  told.focus({ preventScroll: true });
}
