/* What the TwiML editor has beside a form: a text area with numbered lines, and a list of problems
 * that lead to their places. It follows forms.js in one script and adds to its tables. */

KINDS.code = (field, attributes) => {
  const area = markedArea({ rows: "10", wrap: "off", ...attributes });
  const numbers = make("div", { class: "numbers", "aria-hidden": "true" });
  area.root.classList.add("numbered");
  area.root.prepend(numbers);
  const count = () => {
    const lines = area.input.value.split("\n").length;
    say(numbers, Array.from({ length: lines }, (_, place) => place + 1).join("\n"));
    numbers.scrollTop = area.input.scrollTop;
  };
  area.input.addEventListener("input", count);
  area.input.addEventListener("scroll", count);
  // A new line begins as far in as the one above it. Tab is left to the keyboard's user, who
  // wants to get out of here.
  area.input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.shiftKey || event.altKey) return;
    const { value, selectionStart, selectionEnd } = area.input;
    const line = value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart);
    const indent = `\n${line.match(/^[ \t]*/)[0]}`;
    event.preventDefault();
    area.input.setRangeText(indent, selectionStart, selectionEnd, "end");
    area.input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const { mark } = area;
  area.mark = (now) => {
    mark(now);
    count();
  };
  return area;
};

BLOCKS.problems = ({ field, items }, form) => make("ol",
  { class: "problems", "aria-label": "Problems" },
  ...items.map(({ text, level, at }) => make("li", { "data-level": level }, make("button", {
    type: "button",
    click() {
      const { input } = form.fields[field];
      input.focus();
      input.setSelectionRange(at, at);
    },
  }, text))));
