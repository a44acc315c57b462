/* A quiz in the notebook: a group of choices for each question, a button, and what is said of it.
 *
 * Python holds the truth: the trait `view` is a list of questions, each with text, options
 * ({letter, text}), chosen, right and said. What goes out is {question, letter}.
 */

const FOCUSABLE = ["button", "input"];
const PATIENCE = 5000; // milliseconds until we say that Python does not answer
const SILENT = "The notebook does not answer: a cell is still busy, or the kernel was stopped.";
let quizzes = 0;

function question(number, name, answer) {
  const title = make("legend");
  const options = make("div", { class: "options" });
  const problem = make("p", { class: "said", role: "status" });
  const root = make("fieldset", { class: "question" }, title, options,
    make("div", { class: "acts" }, make("button", { type: "button", click: ask }, "Check")), problem);
  let waiting;

  function chosen() {
    return options.querySelector("input:checked")?.value;
  }
  function ask() {
    const letter = chosen();
    if (!letter) return say(problem, "Choose one first.");
    clearTimeout(waiting);
    waiting = setTimeout(() => say(problem, SILENT), PATIENCE);
    answer(number, letter);
  }
  return {
    root,
    draw(asked) {
      clearTimeout(waiting);
      say(title, `${number}. ${asked.text}`);
      if (!options.childElementCount) {
        options.append(...asked.options.map(({ letter, text }) => make("label", {},
          make("input", { type: "radio", name: `${name}-${number}`, value: letter }), ` ${text}`)));
      }
      const mark = options.querySelector(`input[value="${asked.chosen}"]`);
      if (mark && asked.said) mark.checked = true;
      root.dataset.right = asked.said ? String(asked.right) : "";
      say(problem, asked.said);
    },
  };
}

function render({ model, el }) {
  quizzes += 1;
  const name = `quiz-${quizzes}-${Math.random().toString(36).slice(2)}`;
  const send = (number, letter) => model.send({ question: number, letter });
  const head = make("h4", {}, model.get("view").title);
  const questions = model.get("view").questions.map((_, n) => question(n + 1, name, send));
  el.append(make("section", { class: "lesson-form quiz", "aria-label": model.get("view").title },
    head, ...questions.map((each) => each.root)));
  const draw = () => {
    model.get("view").questions.forEach((asked, n) => questions[n].draw(asked));
  };
  model.on("change:view", draw);
  draw();
  return () => model.off("change:view", draw);
}

export default { render };
