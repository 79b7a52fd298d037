// Shows what waits for a yes: a card below the message that asked, and a list in the person's panel.
//
// A press is only handed over; what comes of it is decided elsewhere, and read back from there. So a card shows
// what the hub says of its question, also when it was answered by mail or on Slack meanwhile.

import { Refused, SignedOut, answerQuestion, readQuestions } from "/page/hub.js";
import { make } from "/page/draw.js";
import { canUsePasskeys, proveByPasskey } from "/page/passkeys.js";
import { sentenceFor } from "/page/signin.js";

const LOOK_AGAIN_MS = 1_500;
const OVER = 409;
const STATES = { approved: "Approved", denied: "Denied", expired: "Not answered in time", withdrawn: "Withdrawn" };

const moment = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });

export class Questions {
  #parts;
  #handlers;
  #known = new Map();
  #pressed = new Map();
  #shown = "";
  #reading = null;

  /** parts: section, openTitle, list, past, pastTitle, count; handlers: onCards(Map of message id → element), onSignedOut(). */
  constructor(parts, handlers) {
    this.#parts = parts;
    this.#handlers = handlers;
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
  }

  /** Reads how all questions stand; calls made meanwhile are followed by one more look. */
  async refresh() {
    const before = this.#reading;
    const look = (async () => {
      await before;
      await this.#read();
    })();
    this.#reading = look;
    await look;
  }

  async #read() {
    // Away or signed out: the feed notices too and says so; the next message, or the next look, reads them again.
    const told = await readQuestions().catch(() => null);
    if (!told) return;
    this.#known = new Map(told.questions.map((one) => [one.id, one]));
    for (const { id, state } of told.questions) if (state !== "open") this.#pressed.delete(id);
    this.#draw();
  }

  #draw() {
    const all = [...this.#known.values()];
    const shown = JSON.stringify([all, [...this.#pressed]]);
    if (shown === this.#shown) return; // Drawing again would take the focus from a button.
    this.#shown = shown;
    const open = all.filter((one) => one.state === "open");
    const past = all.filter((one) => one.state !== "open").reverse();
    this.#parts.count.textContent = open.length || "";
    this.#parts.section.hidden = all.length === 0;
    this.#parts.list.replaceChildren(...open.map((one) => make("li", {}, this.#drawCard(one))));
    this.#parts.past.replaceChildren(...past.map((one) => make("li", {}, this.#drawCard(one))));
    this.#parts.openTitle.hidden = open.length === 0;
    this.#parts.pastTitle.hidden = past.length === 0;
    this.#handlers.onCards(this.#cards(all));
  }

  /** The cards of each message, in the order in which it asks. */
  #cards(all) {
    const cards = new Map();
    for (const one of all) {
      if (!cards.has(one.message)) cards.set(one.message, make("div", { className: "cards" }));
      cards.get(one.message).append(this.#drawCard(one));
    }
    // The one thing that a message asked stands in it: over, its card need not say it again.
    for (const element of cards.values()) element.classList.toggle("single", element.children.length === 1);
    return cards;
  }

  #drawCard(question) {
    const { shown, state, by, closed, until } = question;
    const words = make("p", { className: "asked", textContent: shown });
    words.dir = "auto";
    const told = make("p", { className: "came", textContent: this.#pressed.get(question.id) ?? "" });
    told.setAttribute("role", "status");
    const card = make("section", { className: "question", ariaLabel: state === "open" ? "A question to you" : "A question that is over" }, words);
    card.dataset.state = state;
    if (state === "open") {
      card.append(this.#drawButtons(question, card, told), told);
      card.append(make("p", { className: "quiet", textContent: `Ends ${moment.format(until * 1000)}; silence means no.` }));
    } else {
      told.textContent = [STATES[state] ?? state, by, "·", moment.format(closed * 1000)].filter(Boolean).join(" ");
      card.append(told);
    }
    return card;
  }

  #drawButtons(question, card, told) {
    const offered = [
      ["approve", "Approve", "primary"],
      ["deny", "Deny", "plain"],
      ...(question.lasting ? [["always", "Always", "plain"]] : []),
    ];
    const buttons = offered.map(([answer, label, className]) => {
      const button = make("button", { type: "button", className, textContent: label });
      button.ariaLabel = `${label}: ${question.shown}`;
      if (answer === "always") button.title = "Approve, and do not ask before this again";
      button.addEventListener("click", () => this.#press(question, answer, card, told));
      button.disabled = this.#pressed.has(question.id);
      return button;
    });
    return make("div", { className: "choices", role: "group" }, ...buttons);
  }

  async #press(question, answer, card, told) {
    const buttons = [...card.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    told.textContent = "";
    told.classList.remove("is-bad");
    try {
      await this.#answer(question, answer);
      this.#pressed.set(question.id, "Taken down…");
      told.textContent = "Taken down…";
      told.tabIndex = -1;
      told.focus();
      setTimeout(() => this.#lookAgain(question.id), LOOK_AGAIN_MS);
    } catch (error) {
      if (error instanceof SignedOut) this.#handlers.onSignedOut();
      for (const button of buttons) button.disabled = false;
      told.textContent = sentenceFor(error);
      told.classList.add("is-bad");
      if (error instanceof Refused && error.status === OVER) this.refresh();
    }
  }

  /** What spends asks for a passkey that has just proven who presses. */
  async #answer({ id, strong }, answer) {
    try {
      await answerQuestion(id, answer);
    } catch (error) {
      const needsProof = strong && error instanceof Refused && error.status === 403 && canUsePasskeys;
      if (!needsProof) throw error;
      await proveByPasskey();
      await answerQuestion(id, answer);
    }
  }

  /** A question that is still open was not answered by the press; why stands in the conversation. */
  async #lookAgain(id) {
    this.#pressed.delete(id);
    await this.refresh();
    this.#shown = "";
    this.#draw();
  }
}
