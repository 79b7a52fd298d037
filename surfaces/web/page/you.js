// The panel of the person: their addresses, passkeys and sessions, and what can be done with their data.
//
// Linking is the same conversation as everywhere: the panel says the words, and makes the answers easy to see.

import { Refused, SignedOut, erase, readExport, readMe, removePasskey, signOut } from "/page/hub.js";
import { badge, drawTwice, make } from "/page/draw.js";
import { Panel } from "/page/panel.js";
import { addPasskey, canUsePasskeys, proveByPasskey } from "/page/passkeys.js";
import { sentenceFor } from "/page/signin.js";

const CONFIRMED = "erase everything";
const NOT_YET = "This hub cannot do that yet.";
const OFFERED = /\blink ([A-Z2-9]{6,8})\b/;
const ASKED = /^(.+?) asks to be you here as well/;
const CODE_LIVES_MS = 10 * 60_000;
const TOLD_MS = 8_000;

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const moment = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });

export class You {
  #parts;
  #handlers;
  #panel;
  #codeEnds = 0;
  #toldEnds = 0;

  /** parts: the elements that index.html names in its panel; handlers: say(text), onSignedOut(). */
  constructor(parts, handlers) {
    this.#parts = parts;
    this.#handlers = handlers;
    this.#panel = new Panel(parts, { onOpen: () => this.refresh(), onClose: () => this.#tell("") });
    parts.linkStart.addEventListener("click", () => handlers.say("link"));
    parts.linkClaim.addEventListener("submit", (event) => this.#claim(event));
    parts.linkAnswer.addEventListener("submit", (event) => this.#confirm(event));
    parts.linkRefuse.addEventListener("click", () => this.#answer("not me"));
    parts.passkeyAdd.addEventListener("click", () => this.#do(addPasskey, "Added."));
    parts.signOut.addEventListener("click", () => this.#signOut(false));
    parts.signOutAll.addEventListener("click", () => this.#signOut(true));
    parts.export.addEventListener("click", () => this.#doStrong(download, "Exported."));
    parts.erase.addEventListener("submit", (event) => this.#erase(event));
    parts.eraseWords.addEventListener("input", () => this.#showErase());
  }

  /** Offers the panel once somebody is signed in. */
  offer() {
    this.#parts.opener.hidden = false;
  }

  withdraw() {
    if (this.#panel.isOpen) this.#panel.close();
    this.#parts.opener.hidden = true;
  }

  /** Looks at what the persona has just said: a code, the question of a link, or its end. */
  notice(text) {
    const offered = text.match(OFFERED);
    const asked = text.match(ASKED);
    if (offered) this.#showCode(offered[1]);
    else if (asked) this.#showQuestion(asked[1]);
    else if (/linked/i.test(text)) this.#showNothing();
    if (this.#panel.isOpen) this.refresh();
  }

  async refresh() {
    try {
      const me = await readMe();
      const canPart = me.addresses.length > 1;
      this.#parts.addresses.replaceChildren(...me.addresses.map((one) => this.#drawAddress(one, canPart)));
      this.#parts.consent.textContent = consentOf(me.quiet);
      this.#parts.passkeys.replaceChildren(...me.passkeys.map((one) => this.#drawPasskey(one)));
      this.#parts.passkeysNote.textContent = noteOn(me);
      this.#parts.passkeyAdd.hidden = !canUsePasskeys;
      this.#parts.sessions.replaceChildren(...me.sessions.map(drawSession));
      this.#parts.sessionsCount.textContent = me.sessions.length;
    } catch (error) {
      if (error instanceof SignedOut) this.#handlers.onSignedOut();
      else this.#tell(sentenceFor(error), true);
    }
  }

  #drawAddress({ surface, id, since, here, closed, refuses }, canPart) {
    const name = surface === "web" ? (here ? "This page" : `The page of ${id}`) : id;
    const about = [since ? `since ${day.format(since * 1000)}` : "from the beginning", closed && "new: nothing from before is open yet", refuses && `nothing unasked goes here: ${refuses}`];
    const row = make(
      "li",
      {},
      badge(surface),
      make("span", { className: "what", textContent: name }),
      make("span", { className: "quiet", textContent: about.filter(Boolean).join(" · ") }),
    );
    if (canPart) row.append(drawTwice("Unlink", "Yes, unlink", () => this.#handlers.say(`unlink ${here ? "me" : id}`), `Unlink ${name}`));
    return row;
  }

  #drawPasskey({ id, since, browser }) {
    return make(
      "li",
      {},
      make("span", { className: "what", textContent: browser }),
      make("span", { className: "quiet", textContent: `since ${day.format(since * 1000)}` }),
      drawTwice("Remove", "Yes, remove", () => this.#doStrong(() => removePasskey(id), "Removed."), `Remove the passkey of ${browser}`),
    );
  }

  // Linking

  #showCode(code) {
    clearTimeout(this.#codeEnds);
    this.#codeEnds = setTimeout(() => this.#showNothing(), CODE_LIVES_MS);
    this.#parts.linkLead.textContent = "Say this on the other address within 10 minutes. Give the code to nobody.";
    this.#parts.linkCode.textContent = `link ${code}`;
    this.#parts.linkCode.hidden = false;
    this.#parts.linkAnswer.hidden = true;
  }

  #showQuestion(other) {
    this.#parts.linkLead.textContent = `${other} asks to be you. If that is you, it shows a number there.`;
    this.#parts.linkCode.hidden = true;
    this.#parts.linkAnswer.hidden = false;
    this.#parts.linkStart.hidden = this.#parts.linkClaim.hidden = true;
    if (this.#panel.isOpen) this.#parts.linkNumber.focus();
  }

  #showNothing() {
    clearTimeout(this.#codeEnds);
    this.#parts.linkLead.textContent = "Speak with the same persona elsewhere too: it stays one conversation, and you can part it again at any time.";
    this.#parts.linkCode.hidden = true;
    this.#parts.linkAnswer.hidden = true;
    this.#parts.linkStart.hidden = this.#parts.linkClaim.hidden = false;
  }

  #claim(event) {
    event.preventDefault();
    this.#handlers.say(`link ${this.#parts.linkOther.value.trim().toUpperCase()}`);
    this.#parts.linkOther.value = "";
    this.#tell("The answer stands in the conversation.");
  }

  #confirm(event) {
    event.preventDefault();
    this.#answer(`yes ${this.#parts.linkNumber.value}`);
  }

  #answer(words) {
    this.#parts.linkNumber.value = "";
    this.#handlers.say(words);
    this.#showNothing();
  }

  // Sessions and data

  async #signOut(everywhere) {
    await this.#do(async () => {
      await signOut(everywhere);
      location.assign("/");
    }, "Signed out.");
  }

  async #erase(event) {
    event.preventDefault();
    if (this.#parts.eraseWords.value.trim().toLowerCase() !== CONFIRMED) return;
    await this.#doStrong(async () => {
      await erase(CONFIRMED);
      location.assign("/");
    }, "Everything is being erased.");
  }

  #showErase() {
    const isSure = this.#parts.eraseWords.value.trim().toLowerCase() === CONFIRMED;
    this.#parts.erase.querySelector("button").disabled = !isSure;
  }

  /** What asks for level 2: where the proof is missing or old, a passkey gives it, and it is tried again. */
  async #doStrong(action, done) {
    await this.#do(async () => {
      try {
        await action();
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 403 || !canUsePasskeys) throw error;
        await proveByPasskey();
        await action();
      }
    }, done);
  }

  async #do(action, done) {
    this.#tell("");
    try {
      await action();
      this.#tell(done);
      this.refresh();
    } catch (error) {
      if (error instanceof SignedOut) this.#handlers.onSignedOut();
      else this.#tell(error instanceof Refused && error.status === 404 && !error.reason.includes("name") ? NOT_YET : sentenceFor(error), true);
    }
  }

  /** A sentence about what was done, which goes by itself; what went wrong stays. */
  #tell(words, isBad = false) {
    clearTimeout(this.#toldEnds);
    if (!isBad && words) this.#toldEnds = setTimeout(() => this.#tell(""), TOLD_MS);
    this.#parts.told.textContent = words;
    this.#parts.told.classList.toggle("is-bad", isBad);
  }
}

function drawSession({ since, browser, here }) {
  return make(
    "li",
    {},
    make("span", { className: "what", textContent: here ? `${browser} (this one)` : browser }),
    make("span", { className: "quiet", textContent: `since ${moment.format(since * 1000)}` }),
  );
}

function noteOn({ stands, passkeys }) {
  if (stands) return "This machine's own page signs in by itself and needs none.";
  if (!canUsePasskeys) return "Open the page by its name, in a browser that knows passkeys, to add one.";
  if (passkeys.length === 0) return "A passkey signs you in without a code, and is asked for before anything is exported or erased.";
  return "";
}

async function download() {
  const address = URL.createObjectURL(await readExport());
  make("a", { href: address, download: `persona-${new Date().toISOString().slice(0, 10)}.jsonl` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** What may be sent, in one sentence: the quiet hours, and the words by which they are changed. */
function consentOf(quiet) {
  const rules = Object.entries(quiet).map(([surface, { start, end, days }]) => {
    const hours = start === end ? "" : `from ${clock(start)} to ${clock(end)}`;
    const when = [hours, days.length ? "on weekends" : ""].filter(Boolean).join(" and ");
    return surface === "*" ? when : `${when} by ${surface}`;
  });
  if (!rules.length) return "Say “quiet hours from 22:00 to 7:00” or “do not text me”, and nothing unasked comes then or there.";
  return `Nothing unasked comes ${rules.join("; ")}. “no quiet hours” ends that.`;
}

function clock(minute) {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}
