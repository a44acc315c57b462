/* A form in the notebook.
 *
 * Python holds the truth and this file draws it. One value comes in, the trait `view` (made by
 * forms.py), and small messages go out: {act: "typed", values} and {act: "press", button, values,
 * private}. What stands in a private field goes out with the press that needs it and nowhere else.
 *
 * Every text is put in as text, never as HTML.
 */

const PATIENCE = 5000; // milliseconds until we say that Python does not answer
const REST = 150; // milliseconds without a key until Python is told what was typed
const BREATH = 700; // milliseconds until a change is read out: nobody wants every letter
const SILENT = "The notebook does not answer: a cell is still busy, or the kernel was stopped. "
  + "What you typed is still here.";
const GONE = "This form belongs to a kernel that is gone: run the notebook again. "
  + "What you typed is still here.";
const SVG = "http://www.w3.org/2000/svg";
const BAR = 120; // pixels of the longest bar, as in blocks.py

const FOCUSABLE = ["button", "input", "textarea", "select", "pre"];

// -- fields ---------------------------------------------------------------------------------------

/** Where marks stand after the text they were made for was changed: what is before and after the
 *  change keeps its marks until Python has judged the new text. */
function moved(marks, before, now) {
  const least = Math.min(before.length, now.length);
  let head = 0;
  while (head < least && before[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < least - head && before.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const change = now.length - before.length;
  return marks.flatMap(([start, end, kind]) => {
    if (end <= head) return [[start, end, kind]];
    if (start >= before.length - tail) return [[start + change, end + change, kind]];
    return [];
  });
}

/** A text area whose text can be marked: the marks are drawn on a copy of the text behind it. */
function markedArea(attributes) {
  const copy = make("div", { class: "copy", "aria-hidden": "true" });
  const input = make("textarea", { ...attributes, autocomplete: "off" });
  const root = make("div", { class: "area" }, copy, input);
  let judged = "";
  let marks = [];

  function draw() {
    const text = input.value;
    const parts = [];
    let at = 0;
    for (const [start, end, kind] of moved(marks, judged, text)) {
      if (start < at) continue;
      parts.push(text.slice(at, start), make("mark", { "data-kind": kind }, text.slice(start, end)));
      at = end;
    }
    // A line break at the very end takes a line only if something follows it; elsewhere that
    // would break the last line where the field does not.
    copy.replaceChildren(...parts, text.slice(at), text.endsWith("\n") ? "\u200b" : "");
    follow();
  }
  function follow() {
    copy.scrollTop = input.scrollTop;
    copy.scrollLeft = input.scrollLeft;
  }
  input.addEventListener("input", draw);
  input.addEventListener("scroll", follow);
  return {
    root,
    input,
    draw,
    mark(field) {
      judged = field.value;
      marks = field.marks;
      draw();
    },
  };
}

/** How each kind of field is made: an object with `root`, `input` and perhaps `mark(field)`. */
const KINDS = {
  input(field, attributes) {
    const type = { secret: "password", tel: "tel" }[field.kind] ?? "text";
    const input = make("input", {
      type,
      autocomplete: field.kind === "secret" ? "new-password" : "off",
      ...(field.kind === "number" ? { inputmode: "numeric" } : {}),
      ...attributes,
    });
    return { root: input, input };
  },
  choice(field, attributes) {
    const options = field.options.map((option) => make("option", { value: option }, option));
    const input = make("select", attributes, ...options);
    return { root: input, input };
  },
  area: (field, attributes) => markedArea({ rows: "4", ...attributes }),
};

// -- answers --------------------------------------------------------------------------------------

function bar(share) {
  const svg = document.createElementNS(SVG, "svg");
  const rect = document.createElementNS(SVG, "rect");
  const put = (element, attributes) => Object.entries(attributes)
    .forEach(([name, value]) => element.setAttribute(name, value));
  put(svg, { width: BAR, height: 12, viewBox: `0 0 ${BAR} 12`, "aria-hidden": "true" });
  put(rect, { width: Math.max(0, Math.min(share, 1)) * BAR, height: 12, rx: 2 });
  svg.append(rect);
  return svg;
}

/** How each kind of block is drawn; the same kinds as in blocks.py. */
const BLOCKS = {
  words: ({ text }) => make("p", {}, text),
  list: ({ items }) => make("ul", {}, ...items.map((item) => make("li", {}, item))),
  code: ({ text }) => make("pre", { tabindex: "0" }, make("code", {}, text)),
  table({ titles, rows, total, figures }) {
    const side = (place, cell) => (figures && place && typeof cell === "string" ? "figure" : "");
    const cells = (row) => row.map((cell, place) => make("td", { class: side(place, cell) },
      typeof cell === "string" ? cell : bar(cell.bar)));
    const body = rows.map((row, number) => make("tr",
      { class: number >= rows.length - total ? "total" : "" }, ...cells(row)));
    const head = titles.some(Boolean)
      ? [make("thead", {}, make("tr", {}, ...titles.map((title, place) => make("th",
        { scope: "col", class: side(place, title) }, title))))] : [];
    return make("div", { class: "wide" }, make("table", {}, ...head, make("tbody", {}, ...body)));
  },
};

/** Draw blocks into an element, those that have changed only: a focus in the others stays. */
function drawBlocks(element, blocks, form) {
  const had = element.shown ?? [];
  const wanted = blocks.map((block) => JSON.stringify(block));
  wanted.forEach((text, place) => {
    if (text === had[place]) return;
    const drawn = BLOCKS[blocks[place].kind](blocks[place], form);
    if (place < element.children.length) element.children[place].replaceWith(drawn);
    else element.append(drawn);
  });
  while (element.children.length > blocks.length) element.lastChild.remove();
  element.shown = wanted;
}

// -- the form -------------------------------------------------------------------------------------

/** Build the form inside `el`. `tell(message, after)` sends a message; `after(done)` is called when
 *  Python is through with it. */
function build(el, view, tell) {
  // Unique on the page: a counter would not do, for each widget's script is a module of its own.
  const id = `lesson-form-${Math.random().toString(36).slice(2)}`;
  const fields = {};
  let resting = 0; // the timer that runs while somebody types
  let unheard = 0; // messages that Python has not dealt with yet

  const kept = () => Object.fromEntries(view.fields.filter((field) => field.kept)
    .map(({ name }) => [name, fields[name].input.value]));
  const secret = () => Object.fromEntries(view.fields.filter((field) => !field.kept)
    .map(({ name }) => [name, fields[name].input.value]));
  const send = (message, after = () => {}) => {
    clearTimeout(resting);
    resting = 0;
    unheard += 1;
    tell({ ...message, values: kept() }, (done) => {
      unheard -= 1;
      after(done);
    });
  };
  const typed = () => {
    clearTimeout(resting);
    resting = setTimeout(() => send({ act: "typed" }), REST);
  };
  const press = ({ label, private: wants }) => {
    const given = wants ? secret() : {};
    send({ act: "press", button: label, private: given }, (done) => {
      if (!done || !wants) return;
      for (const [name, text] of Object.entries(given)) {
        // Not what was typed since.
        if (fields[name].input.value === text) fields[name].input.value = "";
      }
    });
  };

  const rows = view.fields.map((field) => {
    const one = `${id}-${field.name}`;
    const attributes = {
      id: one,
      name: field.name,
      spellcheck: "false",
      ...(field.kind === "choice" ? {} : { placeholder: field.example }),
      ...(field.help ? { "aria-describedby": `${one}-help` } : {}),
    };
    const made = (KINDS[field.kind] ?? KINDS.input)(field, attributes);
    fields[field.name] = made;
    if (field.kept) made.input.addEventListener("input", typed);
    // Enter sends off a form anywhere but in a cell's output (tried in JupyterLab 4.6).
    made.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || made.input.tagName !== "INPUT") return;
      event.preventDefault();
      if (view.buttons.length) press(view.buttons[0]);
    });
    return make("div", { class: "field", "data-kind": field.kind },
      make("label", { for: one }, field.label), made.root,
      field.help ? make("small", { id: `${one}-help`, class: "help" }, field.help) : "");
  });
  const buttons = view.buttons.map((button, place) => make("button",
    { type: "button", class: place ? "plain" : "first", click: () => press(button) },
    button.label));

  const watched = make("div", { class: "watched" });
  const problem = make("p", { class: "problem", role: "alert" });
  const answer = make("div", { class: "answer" });
  const typing = make("code");
  const copied = make("span", { role: "status" });
  const code = make("div", { class: "code", role: "group", "aria-label": "The code" },
    make("div", { class: "head" }, make("span", {}, "The cell to type"),
      make("span", {}, copied, " ", make("button", {
        type: "button",
        class: "plain",
        async click() {
          try {
            await navigator.clipboard.writeText(typing.textContent);
            say(copied, "copied");
          } catch {
            getSelection().selectAllChildren(typing); // not allowed here: Ctrl+C takes it then
            say(copied, "selected");
          }
        },
      }, "Copy"))),
    make("pre", { tabindex: "0", role: "group", "aria-label": "The cell to type" }, typing));
  const aloud = make("p", { class: "aloud", role: "status" });
  const root = make("section", { class: "lesson-form", id, "aria-label": view.title },
    make("h4", {}, view.title), view.note ? make("p", { class: "note" }, view.note) : "",
    ...rows, watched, make("div", { class: "acts" }, ...buttons), problem, answer, code, aloud);
  el.append(root);
  let breathing = 0;

  const form = {
    fields,
    problem,
    remove() {
      clearTimeout(resting);
      clearTimeout(breathing);
    },
    draw(now) {
      for (const field of now.fields) {
        const { input, mark } = fields[field.name];
        // What a person is typing is newer than what Python knows of it.
        if (field.kept && !unheard && !resting && input.value !== field.value) {
          input.value = field.value;
        }
        const blamed = now.blamed === field.name;
        if (blamed) input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
        mark?.(field);
      }
      drawBlocks(watched, now.watched, form);
      drawBlocks(answer, now.answer, form);
      say(problem, now.problem);
      if (typing.textContent !== now.code) say(copied, "");
      say(typing, now.code);
      code.hidden = !now.code;
      buttons.forEach((button, place) => {
        if (view.buttons[place].label === "Show me the code") {
          button.setAttribute("aria-expanded", String(Boolean(now.code)));
        }
      });
      clearTimeout(breathing);
      breathing = setTimeout(() => say(aloud, now.said), aloud.textContent === now.said ? 0 : BREATH);
    },
  };
  return form;
}

function render({ model, el }) {
  const waiting = new Map(); // messages under way: id -> {timer, after}
  let last = 0;

  function tell(message, after) {
    const id = `${el.firstChild.id}:${(last += 1)}`;
    try {
      model.send({ ...message, id });
    } catch {
      // The connection is closed: the kernel was restarted and knows this form no more.
      say(form.problem, GONE);
      return;
    }
    waiting.set(id, { after, timer: setTimeout(() => say(form.problem, SILENT), PATIENCE) });
  }

  const form = build(el, model.get("view"), tell);
  const draw = () => form.draw(model.get("view"));
  // Python first says that it took a message, then what became of it. Other views hear it too.
  const heard = ({ id, done }) => {
    if (!waiting.has(id)) return;
    const { timer, after } = waiting.get(id);
    clearTimeout(timer);
    if (form.problem.textContent === SILENT) say(form.problem, model.get("view").problem);
    if (done === undefined) return;
    waiting.delete(id);
    after(done);
    draw();
  };
  model.on("change:view", draw);
  model.on("msg:custom", heard);
  draw();
  model.send({ act: "ready" });
  return () => {
    model.off("change:view", draw);
    model.off("msg:custom", heard);
    form.remove();
    waiting.forEach(({ timer }) => clearTimeout(timer));
  };
}

export default { render };
