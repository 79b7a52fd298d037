// Wires the page: the composer, the conversation, the outbox, the live feed and the panels.

import { Feed, SignedOut, readAbout, sendMessage, signInLocally } from "/page/hub.js";
import { Console } from "/page/console.js";
import { Conversation } from "/page/conversation.js";
import { make } from "/page/draw.js";
import { Outbox } from "/page/outbox.js";
import { Person } from "/page/person.js";
import { Plans } from "/page/plans.js";
import { Questions } from "/page/questions.js";
import { SignIn } from "/page/signin.js";
import { You } from "/page/you.js";

const LONGEST_TEXT = 16_000;
const COUNT_FROM = 15_000;
const ANNOUNCED_AT_MOST = 400;
const STATES = { connecting: "Connecting…", live: "Live", polling: "Reconnecting…", offline: "Offline, trying again…", out: "Signed out" };

const part = (id) => document.getElementById(id);
const text = part("text");

const conversation = new Conversation(
  { scroller: part("scroller"), list: part("messages"), typing: part("typing"), newest: part("newest") },
  { onRetry: (draft) => outbox.retry(draft), onEdit: takeBack },
);
const outbox = new Outbox({ send: sendMessage, onChange: showDraftChange, onAccepted: accept, onSignedOut: renewSession });
const feed = new Feed({ onMessages: receive, onMoved: () => isLoaded && noticeMove(), onState: showState, onSignedOut: renewSession });
const panel = new Console({
  panel: part("console"),
  opener: part("open-console"),
  closer: part("close-console"),
  reach: part("reach"),
  reachList: part("reach-list"),
  sentList: part("sent-list"),
  sentEmpty: part("sent-empty"),
  sentCount: part("sent-count"),
  build: part("build"),
});

const signIn = new SignIn({
  section: part("signin"),
  lead: part("signin-lead"),
  ask: part("signin-ask"),
  address: part("signin-address"),
  passkey: part("signin-passkey"),
  enter: part("signin-enter"),
  code: part("signin-code"),
  again: part("signin-again"),
  error: part("signin-error"),
});
const you = new You(
  {
    panel: part("you"),
    opener: part("open-you"),
    closer: part("close-you"),
    addresses: part("addresses"),
    consent: part("consent"),
    linkLead: part("link-lead"),
    linkCode: part("link-code"),
    linkAnswer: part("link-answer"),
    linkNumber: part("link-number"),
    linkRefuse: part("link-refuse"),
    linkStart: part("link-start"),
    linkClaim: part("link-claim"),
    linkOther: part("link-other"),
    passkeys: part("passkeys"),
    passkeysNote: part("passkeys-note"),
    passkeyAdd: part("passkey-add"),
    sessions: part("sessions"),
    sessionsCount: part("sessions-count"),
    signOut: part("sign-out"),
    signOutAll: part("sign-out-all"),
    export: part("export"),
    erase: part("erase"),
    eraseWords: part("erase-words"),
    told: part("you-told"),
  },
  { say, onSignedOut: () => location.reload() },
);

const questions = new Questions(
  {
    section: part("questions"),
    openTitle: part("questions-title"),
    list: part("questions-open"),
    past: part("questions-past"),
    pastTitle: part("questions-past-title"),
    count: part("questions-count"),
  },
  { onCards: (cards) => showCards("questions", cards), onSignedOut: () => location.reload() },
);
const plans = new Plans(
  {
    panel: part("plans"),
    opener: part("open-plans"),
    closer: part("close-plans"),
    trouble: part("plans-trouble"),
    again: part("plans-again"),
    list: part("plans-list"),
    empty: part("plans-empty"),
    making: part("plan-make"),
    form: part("plan-form"),
    goal: part("plan-goal"),
    steps: part("plan-steps"),
    when: part("plan-when"),
    told: part("plans-told"),
  },
  { say: sayBeside, onCards: (cards) => showCards("plans", cards) },
);
const person = new Person(
  {
    panel: part("person"),
    opener: part("open-person"),
    closer: part("close-person"),
    loading: part("person-loading"),
    trouble: part("person-trouble"),
    again: part("person-again"),
    empty: part("person-empty"),
    about: part("person-about"),
    manner: part("person-manner"),
    likeness: part("person-likeness"),
    drawing: part("person-drawing"),
    drawingTold: part("person-drawing-told"),
    canvas: part("person-canvas"),
    nearer: part("person-nearer"),
    farther: part("person-farther"),
    whole: part("person-whole"),
    allLine: part("person-all-line"),
    all: part("person-all"),
    allCount: part("person-all-count"),
    list: part("person-list"),
    told: part("person-told"),
  },
  { say: sayBeside },
);

const cards = { questions: new Map(), plans: new Map() };
let isLoaded = false;
let isIntroduced = false;
let personaSpokeAt = 0;
let unseen = 0;
let renewal = null;

listen();
showComposer();
if (signIn.isLinked) showSignedOut();
else begin();

function begin() {
  introduce();
  feed.follow().catch((error) => {
    if (!(error instanceof SignedOut)) throw error;
  });
}

function listen() {
  part("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  text.addEventListener("input", showComposer);
  text.addEventListener("keydown", (event) => {
    // An input method uses Enter to pick a word; that one is not meant for us.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  part("chips").addEventListener("click", (event) => {
    const chip = event.target.closest(".chip");
    if (chip) say(chip.textContent);
  });
  addEventListener("beforeunload", (event) => outbox.isEmpty || event.preventDefault());
  document.addEventListener("visibilitychange", () => showUnseen(0));
}

/** Shows who the persona is; where the hub does not tell, the page keeps its own words. */
async function introduce() {
  if (isIntroduced) return;
  try {
    const about = await readAbout();
    if (about?.persona?.name) showName(about.persona.name);
    if (about?.persona?.about) part("about").textContent = about.persona.about;
    await panel.offer(about);
    isIntroduced = true;
  } catch {
    // Away or signed out: the next session, or the next time the hub is live, asks again.
  }
}

function showName(name) {
  conversation.name = name;
  document.querySelectorAll("[data-name]").forEach((element) => (element.textContent = name));
  showUnseen(unseen);
}

function submit() {
  const words = text.value.trim();
  if (words === "" || lengthOf(words) > LONGEST_TEXT) return;
  text.value = "";
  showComposer();
  say(words);
}

function say(words) {
  sayBeside(words);
  text.focus({ preventScroll: true });
}

/** Says it without taking the keyboard from where it is. */
function sayBeside(words) {
  const draft = outbox.add(words);
  conversation.showDraft(draft);
  showWelcome();
}

function takeBack(draft) {
  conversation.withdraw(draft);
  text.value = draft.text;
  showComposer();
  showWelcome();
  text.focus();
}

function showDraftChange(draft) {
  if (draft.state === "sending") draft.startedAt = performance.now();
  if (draft.state === "failed") announce(draft.note);
  conversation.refreshDraft(draft);
}

function accept(draft, id) {
  conversation.accept(draft, id);
  // The answer may overtake the acceptance; then nobody is thinking any more.
  if (personaSpokeAt < draft.startedAt) conversation.showTyping(true);
}

function receive(messages) {
  // While a send is under way, one of these may be its echo: only the hub's answer tells, so they wait for it.
  const mayBeEcho = (message) => outbox.isSending && message.author === "person" && message.surface === "web";
  const waiting = messages.filter(mayBeEcho);
  if (waiting.length > 0) outbox.settled.then(() => conversation.show(waiting));
  const fresh = conversation.show(messages.filter((message) => !waiting.includes(message)));
  if (isLoaded) noticeAnswers(fresh.filter((message) => message.author === "persona"));
  else finishLoading();
}

/** Something was done, with words or without: what the panels show may be another now. */
function noticeMove() {
  plans.refresh();
  person.refresh();
}

function noticeAnswers(answers) {
  if (answers.length > 0) personaSpokeAt = performance.now();
  for (const answer of answers) if (answer.surface === "web") you.notice(answer.text);
  for (const answer of answers) announce(`${conversation.name}: ${answer.text.slice(0, ANNOUNCED_AT_MOST)}`);
  for (const answer of answers) if (answer.surface === "web") plans.notice(answer.text);
  for (const answer of answers) if (answer.surface === "web") person.notice(answer.text);
  if (answers.length > 0) questions.refresh();
  if (document.hidden) showUnseen(unseen + answers.length);
  showWelcome();
}

/** The header says how many wait, for whoever has the message that asks no longer before their eyes. */
function showCards(kind, found) {
  cards[kind] = found;
  conversation.showCards(stacked(...Object.values(cards)));
  const waiting = part("questions-open").children.length;
  part("open-you").dataset.waiting = waiting || "";
  part("open-you").setAttribute("aria-label", waiting ? `You, ${waiting} waiting for your answer` : "You");
}

/** All cards by message; one that has cards of both kinds shows them below each other. */
function stacked(...kinds) {
  const all = new Map();
  for (const [id, card] of kinds.flatMap((found) => [...found])) {
    all.set(id, all.has(id) ? make("div", { className: "stack" }, all.get(id), card) : card);
  }
  return all;
}

function finishLoading() {
  isLoaded = true;
  part("loading").hidden = true;
  you.offer();
  plans.offer();
  person.offer();
  questions.refresh();
  showWelcome();
  conversation.scrollToNewest();
  if (matchMedia("(hover: hover)").matches) text.focus({ preventScroll: true });
}

/** Answers whether there is a session again; callers that ask meanwhile share one attempt. */
function renewSession() {
  renewal ??= signInLocally()
    .then((isIn) => {
      if (!isIn) showSignedOut();
      else introduce();
      return isIn;
    })
    .finally(() => (renewal = null));
  return renewal;
}

function showSignedOut() {
  part("composer").hidden = true;
  part("loading").hidden = true;
  part("welcome").hidden = true;
  you.withdraw();
  plans.withdraw();
  person.withdraw();
  conversation.showTyping(false);
  signIn.show();
  conversation.scrollToNewest();
  showState("out");
}

function showState(state) {
  const connection = part("connection");
  if (connection.dataset.state === state || connection.dataset.state === "out") return;
  connection.dataset.state = state;
  connection.textContent = STATES[state];
  if (state === "live") introduce();
  if (state === "live" && isLoaded) questions.refresh();
  if (state === "live" && isLoaded) plans.refresh();
}

function showWelcome() {
  part("welcome").hidden = !isLoaded || !conversation.isEmpty;
}

function showComposer() {
  const length = text.value.length < COUNT_FROM ? text.value.length : lengthOf(text.value.trim());
  const isTooLong = length > LONGEST_TEXT;
  part("grow").dataset.text = text.value;
  part("send").disabled = isTooLong || text.value.trim() === "";
  part("counter").hidden = length < COUNT_FROM;
  part("counter").classList.toggle("over", isTooLong);
  part("counter").textContent = `${length.toLocaleString()} of ${LONGEST_TEXT.toLocaleString()} characters`;
}

function showUnseen(count) {
  unseen = count;
  document.title = unseen > 0 ? `(${unseen}) ${conversation.name}` : conversation.name;
}

function announce(words) {
  const line = document.createElement("p");
  line.textContent = words;
  part("announcer").append(line);
  setTimeout(() => line.remove(), 10_000);
}

/** Counts characters as the hub does: an emoji is one, not the two units that a string stores. */
function lengthOf(words) {
  return [...words].length;
}
