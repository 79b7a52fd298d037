// Hands the person's messages to the hub one after the other, each exactly once, however often it must be repeated.
//
// A repeat carries the same client id, so that a lost answer makes no second turn. The queue lives in memory.

import { Refused, SignedOut, backoff } from "/page/hub.js";

const REFUSALS_BEFORE_GIVING_UP = 6;

/**
 * A draft is { clientId, text, state, note, canRetry, canEdit }. Its state is "sending", "waiting" or "failed";
 * an accepted draft leaves the outbox. canEdit says that only other words can help.
 */
export class Outbox {
  #queue = [];
  #isRunning = false;
  #settled = Promise.resolve();
  #wake = () => {};
  #handlers;

  /** handlers: send(clientId, text) → message id, onChange(draft), onAccepted(draft, id), onSignedOut() → boolean. */
  constructor(handlers) {
    this.#handlers = handlers;
    addEventListener("online", () => this.#wake());
  }

  add(text) {
    const draft = { clientId: crypto.randomUUID(), text };
    change(draft, "sending");
    this.#enqueue(draft);
    return draft;
  }

  retry(draft) {
    if (this.#queue.includes(draft)) {
      this.#wake();
      return;
    }
    change(draft, "sending");
    this.#handlers.onChange(draft);
    this.#enqueue(draft);
  }

  get isEmpty() {
    return this.#queue.length === 0;
  }

  get isSending() {
    return this.#queue[0]?.state === "sending";
  }

  /** Ends with the request under way, whatever its outcome. */
  get settled() {
    return this.#settled;
  }

  #enqueue(draft) {
    this.#queue.push(draft);
    if (!this.#isRunning) this.#run();
  }

  async #run() {
    this.#isRunning = true;
    while (this.#queue.length > 0) {
      await this.#deliver(this.#queue[0]);
      this.#queue.shift();
    }
    this.#isRunning = false;
  }

  /** Returns once the draft was accepted or has failed for good. */
  async #deliver(draft) {
    for (let failures = 0; ; failures += 1) {
      try {
        const id = await this.#attempt(draft);
        this.#handlers.onAccepted(draft, id);
        return;
      } catch (error) {
        if (await this.#isOver(draft, error, failures)) return;
      }
    }
  }

  #attempt(draft) {
    this.#change(draft, "sending");
    const answer = this.#handlers.send(draft.clientId, draft.text);
    this.#settled = answer.catch(() => {});
    return answer;
  }

  async #isOver(draft, error, failures) {
    if (error instanceof SignedOut) return this.#isSessionLost(draft);
    if (error instanceof Refused) {
      if (error.status === 429) {
        await this.#waitOut(draft, error.retryAfterSeconds);
        return false;
      }
      if (error.status === 413) {
        this.#change(draft, "failed", { note: "Too long to send.", canEdit: true });
        return true;
      }
      if (!error.isWorthRepeating || failures >= REFUSALS_BEFORE_GIVING_UP) {
        this.#change(draft, "failed", { note: "Not sent.", canRetry: true });
        return true;
      }
    }
    const note = navigator.onLine ? "Not sent yet, trying again…" : "Waiting for the network…";
    this.#change(draft, "waiting", { note, canRetry: true });
    await this.#pause(backoff(failures + 1));
    return false;
  }

  async #isSessionLost(draft) {
    const isBack = await this.#handlers.onSignedOut().catch(() => false);
    if (!isBack) this.#change(draft, "failed", { note: "Not sent, you are signed out.", canRetry: true });
    return !isBack;
  }

  async #waitOut(draft, seconds) {
    for (let left = Math.ceil(seconds); left > 0; left -= 1) {
      this.#change(draft, "waiting", { note: `A little too fast. Sending in ${left} s.` });
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }

  #change(draft, state, details) {
    change(draft, state, details);
    this.#handlers.onChange(draft);
  }
}

function change(draft, state, { note = state === "sending" ? "Sending…" : "", canRetry = false, canEdit = false } = {}) {
  Object.assign(draft, { state, note, canRetry, canEdit });
}
