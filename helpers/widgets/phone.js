/* The phone in the notebook.
 *
 * Python holds the truth and this file draws it. One value comes in, the trait `view` (made by
 * view.py), and small messages go out: {act: "answer", id: "..."} and the like. Nothing is kept
 * here but what a person is typing, so a reloaded page or a second view shows the same phone.
 *
 * Every text is put in as text, never as HTML: an SMS can hold anything.
 */

const KEYS = [
  ["1", ""], ["2", "ABC"], ["3", "DEF"],
  ["4", "GHI"], ["5", "JKL"], ["6", "MNO"],
  ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"],
  ["*", ""], ["0", "+"], ["#", ""],
];
const SPOKEN = { "*": "star", "#": "pound" };
// Which buttons make sense in which state. The others look faded but can still be pressed:
// the refusal that comes back says why, and the keyboard's focus is never lost.
const USEFUL = {
  idle: [],
  ringing: ["answer", "decline"],
  calling: ["hangup"],
  "in-progress": ["hangup"],
};
const PATIENCE = 5000; // milliseconds until we say that Python does not answer
const SILENT = "The notebook does not answer: a cell is still busy, or the kernel was stopped.";

const FOCUSABLE = ["button", "input", "ol"];

let made = 0; // makes ids unique among all phones on this page

/** An element with attributes, listeners (as functions) and children. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  // JupyterLab takes single keys for its own commands (D D deletes the cell, Enter edits it),
  // unless the very element that has the focus says no.
  if (FOCUSABLE.includes(tag)) element.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Set text only when it differs, so that a screen reader is not told the same thing twice. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Bring a list's rows in line with `items`, keeping the rows that have not changed. */
function fill(list, items, row) {
  const wanted = items.map((item) => JSON.stringify(item));
  const had = list.shown ?? [];
  let same = 0;
  while (same < had.length && same < wanted.length && had[same] === wanted[same]) same += 1;
  while (list.children.length > same) list.lastChild.remove();
  list.append(...items.slice(same).map(row));
  list.shown = wanted;
  list.classList.toggle("is-empty", items.length === 0);
  if (wanted.length > same) list.scrollTop = list.scrollHeight;
}

/** Show a list's end also when it comes into the page after it was filled. */
const atTheEnd = new ResizeObserver((changes) => {
  for (const { target } of changes) target.scrollTop = target.scrollHeight;
});

function entryRow({ at, verb, text }) {
  return make("li", { "data-verb": verb },
    make("span", { class: "at" }, at), " ",
    make("span", { class: "verb" }, verb), " ",
    make("span", { class: "words" }, text));
}

function bubbleRow({ way, who, body, media }) {
  const from = way === "in" ? `from ${who}` : `to ${who}`;
  const bubble = make("li", { class: way },
    make("span", { class: "who" }, from), " ",
    make("span", { class: "body" }, body));
  for (const address of media) {
    bubble.append(make("span", { class: "media" }, `picture: ${address}`));
  }
  return bubble;
}

/** Build the phone inside `el`; `act(name, details, after)` tells Python what the person did,
 *  and calls `after` once it is done (not when it was refused: what was typed then stays). */
function build(el, act) {
  const id = `telephone-${(made += 1)}`;
  const button = (name, label, extra = {}) =>
    make("button", { type: "button", class: name, click: () => act(name), ...extra }, label);

  // The line: who calls, what is heard, and the three things one can do about it.
  const name = make("span", { class: "name" });
  const number = make("strong", { class: "number" });
  const badge = make("span", { class: "badge" });
  const mode = make("span", { class: "mode" });
  const line = make("p", { class: "line", role: "status" });
  const caption = make("p", { class: "caption", role: "status", "aria-label": "What you hear" });
  const problem = make("p", { class: "problem", role: "alert" });
  const answer = button("answer", "Answer");
  const decline = button("decline", "Decline");
  const hangup = button("hangup", "Hang up");
  const keypad = make("div", { class: "keypad", role: "group", "aria-label": "Keypad" },
    ...KEYS.map(([key, letters]) => make("button",
      {
        type: "button",
        "aria-label": `key ${SPOKEN[key] ?? key}`,
        click: () => act("press", { digits: key }),
      },
      make("span", { class: "digit" }, key),
      make("span", { class: "letters", "aria-hidden": "true" }, letters))));
  // Whoever is at the keypad may also type the digits.
  keypad.addEventListener("keydown", (event) => {
    const typed = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (typed && KEYS.some(([key]) => key === event.key)) {
      event.preventDefault();
      act("press", { digits: event.key });
    }
  });
  // Enter sends off a form anywhere but in a cell's output (tried in JupyterLab 4.6), so we do it.
  const sends = (event) => {
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  };
  const words = make("input", {
    type: "text", id: `${id}-words`, autocomplete: "off", placeholder: "Hello?", keydown: sends,
  });
  const speak = make("form", {
    class: "row speak",
    submit: (event) => {
      event.preventDefault();
      act("speak", { words: words.value }, () => { words.value = ""; });
    },
  },
  make("label", { for: words.id }, "Say"), words,
  make("button", { type: "submit", class: "plain", "aria-label": "Say it" }, "Say"));

  const handset = make("div", { class: "handset" },
    make("div", { class: "head" }, make("div", { class: "whose" }, name, number), badge),
    mode, line, caption,
    make("div", { class: "acts" }, answer, decline, hangup),
    problem, keypad, speak);

  // The story: what was said in this call, and the texts.
  const aloud = make("input", { type: "checkbox", id: `${id}-aloud` });
  const title = make("span", { class: "title" });
  const transcript = make("ol", { class: "transcript", "aria-label": "Transcript", tabindex: "0" });
  const texts = make("ol",
    { class: "texts", role: "log", "aria-label": "Messages", tabindex: "0" });
  const to = make("input", {
    type: "tel", id: `${id}-to`, list: `${id}-contacts`, autocomplete: "off",
    placeholder: "+15005550006",
  });
  const contacts = make("datalist", { id: `${id}-contacts` });
  const body = make("input", {
    type: "text", id: `${id}-body`, autocomplete: "off", placeholder: "Your text", keydown: sends,
  });
  const compose = make("form", {
    class: "compose",
    submit: (event) => {
      event.preventDefault();
      act("text", { to: to.value, body: body.value }, () => { body.value = ""; });
    },
  },
  make("div", { class: "row" },
    make("label", { for: to.id }, "To"), to, contacts,
    make("button",
      { type: "button", class: "plain", click: () => act("call", { to: to.value }) }, "Call")),
  make("div", { class: "row" },
    make("label", { for: body.id }, "Text"), body,
    make("button", { type: "submit", class: "plain" }, "Send")));

  const story = make("div", { class: "story" },
    make("div", { class: "head" },
      title,
      "speechSynthesis" in window
        ? make("label", { class: "aloud" }, aloud, "read aloud") : ""),
    transcript,
    make("div", { class: "head" }, make("span", { class: "title" }, "Messages")),
    texts, compose);

  const root = make("section", { class: "telephone", id }, handset, story);
  el.append(root);
  for (const list of [transcript, texts]) atTheEnd.observe(list);

  let spoken = "";
  let offered = ""; // the number we put into "To"; what a person typed there is left alone

  return {
    problem,
    remove() {
      for (const list of [transcript, texts]) atTheEnd.unobserve(list);
    },
    draw(view) {
      root.dataset.state = view.state;
      root.setAttribute("aria-label", `${view.name || "Phone"} ${view.number}`);
      say(name, view.name);
      say(number, view.number);
      say(badge, view.state);
      say(mode, view.mode);
      say(line, view.line);
      say(caption, view.caption);
      say(problem, view.problem);
      for (const act of [answer, decline, hangup]) {
        act.setAttribute("aria-disabled", String(!USEFUL[view.state].includes(act.className)));
      }
      say(title, view.before.length ? "Transcript of the last call" : "Transcript");
      fill(transcript, view.before.length ? view.before : view.transcript, entryRow);
      fill(texts, view.texts, bubbleRow);
      contacts.replaceChildren(...view.contacts.map((value) => make("option", { value })));
      const first = view.contacts[0] ?? "";
      if (to.value === offered && document.activeElement !== to) to.value = offered = first;
      if (view.caption !== spoken) {
        spoken = view.caption;
        if ("speechSynthesis" in window && (aloud.checked || !spoken)) {
          speechSynthesis.cancel(); // the words of a verb that is over are cut, as on a line
          if (spoken) speechSynthesis.speak(new SpeechSynthesisUtterance(spoken));
        }
      }
    },
  };
}

function render({ model, el }) {
  const waiting = new Map(); // acts under way: id -> {timer, after}
  let last = 0;

  function act(what, details = {}, after = () => {}) {
    const id = `${el.firstChild.id}:${(last += 1)}`;
    phone.problem.textContent = "";
    try {
      model.send({ act: what, id, ...details });
    } catch {
      // The connection is closed: the kernel was restarted and knows this phone no more.
      say(phone.problem, "This phone belongs to a kernel that is gone: run the notebook again.");
      return;
    }
    waiting.set(id, { after, timer: setTimeout(() => say(phone.problem, SILENT), PATIENCE) });
  }

  const phone = build(el, act);
  const draw = () => phone.draw(model.get("view"));
  // Python first says that it took an act, then what became of it. Other views hear it too.
  const heard = ({ id, done }) => {
    if (!waiting.has(id)) return;
    clearTimeout(waiting.get(id).timer);
    if (phone.problem.textContent === SILENT) say(phone.problem, "");
    if (done === undefined) return;
    if (done) waiting.get(id).after();
    waiting.delete(id);
  };
  model.on("change:view", draw);
  model.on("msg:custom", heard);
  draw();
  model.send({ act: "ready" });
  return () => {
    model.off("change:view", draw);
    model.off("msg:custom", heard);
    phone.remove();
    waiting.forEach(({ timer }) => clearTimeout(timer));
  };
}

export default { render };
