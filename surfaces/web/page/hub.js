// Speaks with the hub: the only module of the page that knows a path, a status code or a frame.
//
// Message text travels in bodies and frames alone, never in a URL, and nothing here logs.

const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
const REQUEST_TIMEOUT_MS = 20_000;
const EXPORT_TIMEOUT_MS = 10 * 60_000;
/** The gateway closes a socket that is silent for ten minutes. */
const ASK_EVERY_MS = 5 * 60_000;
const POLL_EVERY_MS = 4_000;
const SETTLED_AFTER_MS = 5_000;
const SLOWEST_RETRY_MS = 30_000;

/** The session is missing or has ended. */
export class SignedOut extends Error {}

/** The hub answered, and the answer was no. */
export class Refused extends Error {
  constructor(status, retryAfterSeconds, reason = "") {
    super(`status ${status}`);
    this.status = status;
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get isWorthRepeating() {
    return this.status >= 500 || this.status === 408;
  }
}

export async function signInLocally() {
  try {
    await ask("POST", "/local/session", { name: "owner" });
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return false;
    throw error;
  }
}

/** Answers the id under which the message will stand in the conversation. */
export async function sendMessage(clientId, text) {
  return (await ask("POST", "/web/messages", { id: clientId, text })).id;
}

/** Has a code sent to an address, if somebody has it; the answer is the same if nobody does. */
export const askForCode = (address) => ask("POST", "/web/signin", { address });
export const enterCode = (code) => ask("POST", "/web/signin/code", { code });

/** What waits for a yes, and what became of it lately. */
export const readQuestions = () => ask("GET", "/web/questions");
/** answer: "approve", "always" or "deny". */
export const answerQuestion = (question, answer) => ask("POST", "/web/questions", { question, answer });

/** The person's plans that are not over; what is done with them is said in words. */
export const readPlans = () => ask("GET", "/web/plans");

/** What is known about the person, with their own words; what is said about it is said in words. */
export const readPerson = () => ask("GET", "/web/person");

export const readMe = () => ask("GET", "/web/me");
export const signOut = (everywhere) => ask("POST", "/web/signout", { everywhere });

export const offerPasskey = () => ask("POST", "/web/passkeys/offer", {});
export const keepPasskey = (credential) => ask("POST", "/web/passkeys/register", { credential });
export const challengePasskey = () => ask("POST", "/web/passkeys/challenge", {});
export const provePasskey = (credential) => ask("POST", "/web/passkeys/prove", { credential });
export const removePasskey = (id) => ask("POST", "/web/passkeys/remove", { id });

/** Answers everything that is kept of the person, as a file. */
export const readExport = async () => (await request("GET", "/web/export", undefined, EXPORT_TIMEOUT_MS)).blob();
export const erase = (confirm) => ask("POST", "/web/erase", { confirm });

export const readAbout = () => askLocal("/local/about");
export const readSent = () => askLocal("/local/sent");

/** Milliseconds to wait before the next try: doubles, is capped, and differs between pages. */
export function backoff(failures) {
  return Math.min(SLOWEST_RETRY_MS, 500 * 2 ** failures) * (0.5 + Math.random() / 2);
}

/**
 * Follows the conversation: the stored part first, then live over a WebSocket, and by polling while there is none.
 *
 * onMessages takes an array that may repeat earlier messages; onState takes "connecting", "live", "polling"
 * or "offline"; onMoved says that something was done, with words or without; onSignedOut answers whether a new
 * session could be had.
 */
export class Feed {
  #cursor = null;
  #socket = null;
  #catchingUp = null;
  #wake = () => {};
  #handlers;

  constructor(handlers) {
    this.#handlers = handlers;
  }

  /** Delivers the whole stored conversation at once, then stays connected until the session ends. */
  async follow() {
    this.#handlers.onMessages(await this.#readWhole());
    addEventListener("online", () => this.#reconnectNow());
    addEventListener("offline", () => this.#socket?.close());
    // A laptop that slept may hold a socket that is dead without knowing it.
    document.addEventListener("visibilitychange", () => document.hidden || this.catchUp());
    const poll = setInterval(() => this.#isLive() || this.catchUp(), POLL_EVERY_MS);
    await this.#stayConnected();
    clearInterval(poll);
  }

  /** Fetches what came after the last known cursor; calls made meanwhile share the one under way. */
  catchUp() {
    this.#catchingUp ??= this.#readNew().finally(() => (this.#catchingUp = null));
    return this.#catchingUp;
  }

  async #readWhole() {
    const whole = [];
    for (let failures = 0; ; failures += 1) {
      try {
        for await (const page of this.#pages()) {
          whole.push(...page);
          failures = 0;
        }
        return whole;
      } catch (error) {
        if (!(error instanceof SignedOut)) this.#handlers.onState(stateAfter(error));
        else if (!(await this.#renewSession())) throw error;
        else if (failures === 0) continue; // A first visit is always signed out, and should not have to wait for it.
        await this.#pause(backoff(failures));
      }
    }
  }

  async #readNew() {
    try {
      for await (const page of this.#pages()) this.#handlers.onMessages(page);
      if (!this.#isLive()) this.#handlers.onState("polling");
    } catch (error) {
      if (error instanceof SignedOut) await this.#renewSession();
      else if (!this.#isLive()) this.#handlers.onState(stateAfter(error));
    }
  }

  async *#pages() {
    for (;;) {
      const query = this.#cursor === null ? "" : `?after=${encodeURIComponent(this.#cursor)}`;
      const { messages, cursor } = await ask("GET", `/web/messages${query}`);
      const isLast = messages.length === 0 || cursor === this.#cursor;
      this.#moveTo(cursor ?? this.#cursor);
      if (messages.length > 0) yield messages;
      if (isLast) return;
    }
  }

  async #stayConnected() {
    for (let failures = 0; ; failures += 1) {
      try {
        const livedMs = await this.#holdSocket();
        if (livedMs > SETTLED_AFTER_MS) failures = 0;
        this.#handlers.onState(navigator.onLine ? "polling" : "offline");
      } catch (error) {
        if (error instanceof SignedOut && !(await this.#renewSession())) return;
        this.#handlers.onState(stateAfter(error));
      }
      await this.#pause(backoff(failures));
    }
  }

  /** Opens a socket and answers, once it has closed, for how many milliseconds it was open. */
  async #holdSocket() {
    const { url, ticket } = await ask("POST", "/web/ticket");
    const socket = new WebSocket(socketAddress(url, ticket, this.#cursor));
    this.#socket = socket;
    let openedAt = null;
    const overdue = setTimeout(() => socket.close(), REQUEST_TIMEOUT_MS);
    const asking = setInterval(() => socket.readyState === WebSocket.OPEN && socket.send("news?"), ASK_EVERY_MS);
    socket.onopen = () => {
      clearTimeout(overdue);
      socket.send("news?");
      openedAt = performance.now();
      this.#handlers.onState("live");
    };
    socket.onmessage = (event) => this.#receive(event.data);
    await new Promise((resolve) => (socket.onclose = resolve));
    clearTimeout(overdue);
    clearInterval(asking);
    return openedAt === null ? 0 : performance.now() - openedAt;
  }

  #receive(frame) {
    const items = [JSON.parse(frame)].flat();
    const messages = items.filter((item) => item.author);
    if (messages.length > 0) this.#handlers.onMessages(messages);
    for (const item of items) if (item.type === "cursor") this.#moveTo(item.cursor);
  }

  #moveTo(cursor) {
    if (cursor === this.#cursor) return;
    this.#cursor = cursor;
    this.#handlers.onMoved();
  }

  async #renewSession() {
    try {
      return await this.#handlers.onSignedOut();
    } catch {
      return true; // The hub could not be asked; the caller's own retry comes back here.
    }
  }

  #isLive() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #reconnectNow() {
    this.#socket?.close();
    this.#wake();
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }
}

async function askLocal(path) {
  try {
    return await ask("GET", path);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null;
    throw error;
  }
}

async function ask(method, path, body) {
  return (await request(method, path, body, REQUEST_TIMEOUT_MS)).json();
}

async function request(method, path, body, timeoutMs) {
  const answer = await fetch(path, {
    method,
    credentials: "same-origin",
    cache: "no-store",
    headers: body ? { "Content-Type": "application/json", "X-Time-Zone": TIME_ZONE } : {},
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (answer.status === 401) throw new SignedOut();
  if (!answer.ok) throw new Refused(answer.status, Number(answer.headers.get("Retry-After")) || 5, await reasonOf(answer));
  return answer;
}

/** What the hub says is wrong; nothing where something else answered in its place. */
async function reasonOf(answer) {
  const told = await answer.json().catch(() => null);
  return typeof told?.error === "string" ? told.error : "";
}

/** A hub that refuses is there and will be polled; one that cannot be reached at all is away. */
function stateAfter(error) {
  return error instanceof Refused || error instanceof SignedOut ? "polling" : "offline";
}

function socketAddress(url, ticket, cursor) {
  const address = new URL(url, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  address.searchParams.set("ticket", ticket);
  if (cursor !== null) address.searchParams.set("after", cursor);
  return address;
}
