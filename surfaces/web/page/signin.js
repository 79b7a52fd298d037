// The form by which a person signs in: an address, then the code that was sent to it; or a passkey.
//
// A link in a message only opens the page with the code filled in. Nothing is sent before a press, so that a
// scanner that follows links uses nothing up, and the code leaves the address bar at once.

import { Refused, askForCode, enterCode } from "/page/hub.js";
import { canUsePasskeys, proveByPasskey } from "/page/passkeys.js";

const SENT = "If that address is known here, a message with a code is on its way. It counts for 10 minutes, in this browser.";
const LINKED = "One press and you are in.";

export class SignIn {
  #parts;
  #linked = codeInAddress();

  /** parts: the elements section, title, lead, ask, address, passkey, enter, code, again, error. */
  constructor(parts) {
    this.#parts = parts;
    parts.ask.addEventListener("submit", (event) => this.#do(event, () => this.#askForCode()));
    parts.enter.addEventListener("submit", (event) => this.#do(event, () => this.#enterCode()));
    parts.passkey.addEventListener("click", (event) => this.#do(event, () => this.#usePasskey()));
    parts.again.addEventListener("click", () => this.#showAsk());
    parts.passkey.hidden = !canUsePasskeys;
  }

  /** Whether the page was opened by the link in a message: then signing in goes before all else. */
  get isLinked() {
    return this.#linked !== "";
  }

  show() {
    this.#parts.section.hidden = false;
    if (this.isLinked) this.#showEnter(LINKED, this.#linked);
    else if (this.#parts.enter.hidden) this.#parts.address.focus({ preventScroll: true });
  }

  async #askForCode() {
    await askForCode(this.#parts.address.value);
    this.#showEnter(SENT, "");
  }

  async #enterCode() {
    await enterCode(this.#parts.code.value.trim());
    location.assign("/");
  }

  async #usePasskey() {
    await proveByPasskey();
    location.assign("/");
  }

  #showEnter(lead, code) {
    this.#parts.lead.textContent = lead;
    this.#parts.ask.hidden = true;
    this.#parts.enter.hidden = false;
    this.#parts.code.value = code;
    (code ? this.#parts.enter.querySelector(".primary") : this.#parts.code).focus({ preventScroll: true });
  }

  #showAsk() {
    this.#linked = "";
    this.#parts.error.textContent = "";
    this.#parts.enter.hidden = true;
    this.#parts.ask.hidden = false;
    this.#parts.address.focus();
  }

  /** One thing at a time; whatever went wrong is said in a sentence. */
  async #do(event, action) {
    event.preventDefault();
    const buttons = [...this.#parts.section.querySelectorAll("button")];
    this.#parts.error.textContent = "";
    for (const button of buttons) button.disabled = true;
    try {
      await action();
    } catch (error) {
      this.#parts.error.textContent = sentenceFor(error);
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  }
}

/** What to tell a person about an error of the hub, the network or the browser. */
export function sentenceFor(error) {
  if (error instanceof Refused && error.status === 429) return `That was too often. Try again in ${minutes(error.retryAfterSeconds)}.`;
  if (error instanceof Refused && error.reason) return error.reason;
  if (error?.name === "NotAllowedError" || error?.name === "AbortError") return "The passkey was not used.";
  if (error?.name === "InvalidStateError") return "This device already has a passkey for this page.";
  return "The hub could not be asked just now. Try again in a moment.";
}

function minutes(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.ceil(seconds))} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}

/** The code behind the `#` of the link, which no server sees; it leaves the address bar and the history. */
function codeInAddress() {
  if (location.pathname !== "/signin") return "";
  const code = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", "/signin");
  return /^[A-Za-z0-9]{6,8}$/.test(code) ? code : "";
}
