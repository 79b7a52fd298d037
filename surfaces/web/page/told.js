// The line of a panel that tells what came of a press: that it was taken down, then what the persona says to it.

const ANSWERED_WITHIN_MS = 15_000;
const TOLD_MS = 12_000;
const LONGEST_TOLD = 600;

export class Told {
  #line;
  #send;
  #saidAt = 0;
  #ends = 0;

  /** line: the element that it stands in; send(words) says them to the persona. */
  constructor(line, send) {
    this.#line = line;
    this.#send = send;
  }

  /** Says the words that a button stands for. */
  say(words) {
    this.#saidAt = performance.now();
    this.#show("Taken down…");
    this.#send(words);
  }

  /** Takes what the persona has just said, where it is the answer to what a button said. */
  notice(text) {
    if (this.#saidAt === 0 || performance.now() - this.#saidAt > ANSWERED_WITHIN_MS) return;
    this.#saidAt = 0;
    this.#show(text.length > LONGEST_TOLD ? `${text.slice(0, LONGEST_TOLD)}…` : text);
  }

  clear() {
    this.#saidAt = 0;
    this.#show("");
  }

  #show(words) {
    clearTimeout(this.#ends);
    if (words) this.#ends = setTimeout(() => this.#show(""), TOLD_MS);
    this.#line.textContent = words;
  }
}
