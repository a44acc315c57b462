/* What the scripts of all widgets share: they are put in front of each (see scripts.py), which then
 * says itself what can have the focus (FOCUSABLE). */

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

