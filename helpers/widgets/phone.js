/* The phone in the notebook.
 *
 * Python holds the truth and this file draws it. One value comes in, the trait `view` (made by
 * view.py), and small messages go out: {act: "answer", id: "..."} and the like. Nothing is kept
 * here but what a person is typing, so a reloaded page or a second view shows the same phone.
 *
 * What sounds belongs to the phone and not to a view of it: two views ring once. A picture or a
 * sound is asked for by its name and comes as bytes; nothing is fetched from anywhere.
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

const FOCUSABLE = ["button", "input", "ol", "summary"];

let made = 0; // makes ids unique among all views of this phone
const page = Math.random().toString(36).slice(2, 8); // ... and among all phones and pages

// -- elements -----------------------------------------------------------------------------------

/** Bring a list's rows in line with `items`, touching only those that have changed. */
function fill(list, items, row) {
  const wanted = items.map((item) => JSON.stringify(item));
  const had = list.shown ?? [];
  const gone = wanted.length ? had.indexOf(wanted[0]) : 0; // rows cut off at the beginning
  for (let count = gone; count > 0; count -= 1) {
    list.firstChild.remove();
    had.shift();
  }
  wanted.forEach((want, place) => {
    if (had[place] === want) return;
    const fresh = row(items[place]);
    if (place < had.length) list.children[place].replaceWith(fresh);
    else list.append(fresh);
  });
  while (list.children.length > wanted.length) list.lastChild.remove();
  const longer = wanted.length > had.length || wanted.at(-1) !== had.at(-1);
  list.shown = wanted;
  list.classList.toggle("is-empty", items.length === 0);
  if (longer) list.scrollTop = list.scrollHeight;
}

/** Show a list's end also when it comes into the page after it was filled. */
const atTheEnd = new ResizeObserver((changes) => {
  for (const { target } of changes) target.scrollTop = target.scrollHeight;
});

/** What a person chose, remembered by the browser where it lets us. */
const chosen = {
  get(name, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(`telephone.${name}`)) ?? otherwise;
    } catch {
      return otherwise; // storage is closed to this page: the usual choice then
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(`telephone.${name}`, JSON.stringify(value));
    } catch {
      // Storage is closed to this page: the choice lasts as long as the page.
    }
  },
};

// -- sound --------------------------------------------------------------------------------------

// Each key is two tones at once, one of its row and one of its column (ITU-T Q.23).
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];
const PAD = ["123A", "456B", "789C", "*0#D"];
const KEY = 0.15; // seconds of a key's tone, and a third of it of silence
const GAPS = { w: 0.5, W: 1 };
const RING = { tones: [440, 480], sounds: 2, every: 6 }; // as it rings in North America
const BEEP = { tones: [1000], seconds: 0.3 };
const SENT_KEYS = /^[0-9A-Da-d*#wW]+$/;

/** The two frequencies of a key. */
function pair(key) {
  const row = PAD.findIndex((keys) => keys.includes(key.toUpperCase()));
  return [ROWS[row], COLUMNS[PAD[row].indexOf(key.toUpperCase())]];
}

/** Tones, ringing, files. Before the first click on a page browsers keep it silent. */
class Speaker {
  constructor() {
    this.on = chosen.get("sound", true);
    this.ringing = null;
    this.playing = null;
  }

  /** The audio context, or null where there is none. */
  get context() {
    const Context = window.AudioContext ?? window.webkitAudioContext;
    if (!this.made && Context) {
      this.made = new Context();
      this.made.onstatechange = () => this.ringing?.again();
    }
    if (this.made?.state === "suspended") this.made.resume().catch(() => {});
    return this.made ?? null;
  }

  /** Sound tones together for some seconds, beginning `after` others; fades, or it would click. */
  tone(tones, seconds, after = 0, loud = 0.12) {
    const context = this.context;
    if (!this.on || !context) return null;
    const begin = context.currentTime + after;
    const gain = context.createGain();
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(loud, begin + 0.01);
    gain.gain.setValueAtTime(loud, begin + seconds - 0.01);
    gain.gain.linearRampToValueAtTime(0, begin + seconds);
    gain.connect(context.destination);
    tones.forEach((pitch, place) => {
      const source = context.createOscillator();
      source.frequency.value = pitch;
      source.connect(gain);
      source.start(begin);
      source.stop(begin + seconds);
      if (place === 0) source.onended = () => gain.disconnect();
    });
    return gain;
  }

  /** Keys one after the other, as they are sent in a call. */
  keys(digits) {
    let after = 0;
    for (const key of digits) {
      if (!(key in GAPS)) this.tone(pair(key), KEY, after);
      after += GAPS[key] ?? KEY * 4 / 3;
    }
  }

  beep() {
    this.tone(BEEP.tones, BEEP.seconds);
  }

  /** Ring until told to stop. */
  ring(wanted) {
    if (!wanted || !this.on) {
      clearInterval(this.ringing?.timer);
      this.ringing?.gain?.disconnect();
      this.ringing = null;
    } else if (!this.ringing) {
      const again = () => {
        // What is asked of a context that may not sound yet would all sound at once later.
        if (this.context?.state !== "running" || !this.ringing) return;
        this.ringing.gain?.disconnect();
        this.ringing.gain = this.tone(RING.tones, RING.sounds, 0, 0.06);
      };
      this.ringing = { again, timer: setInterval(again, RING.every * 1000) };
      again();
    }
  }

  /** Play a file's bytes; false if this browser cannot. */
  async play(bytes, still) {
    const context = this.context;
    if (!context || !bytes) return false;
    let buffer;
    try {
      buffer = await context.decodeAudioData(bytes.slice(0));
    } catch {
      return false;
    }
    if (!still() || !this.on) return true; // it is over already
    this.playing = context.createBufferSource();
    this.playing.buffer = buffer;
    this.playing.connect(context.destination);
    this.playing.start();
    return true;
  }

  /** Break off what is played. */
  hush() {
    this.playing?.stop();
    this.playing?.disconnect();
    this.playing = null;
  }

  close() {
    this.ring(false);
    this.hush();
    this.made?.close().catch(() => {});
  }
}

// -- reading aloud ------------------------------------------------------------------------------

const LETTERS_A_SECOND = 15; // how fast voices read at their usual rate
const SLOWEST = 0.6;
const FASTEST = 2.5;
const LATE = 2000; // milliseconds that voices may take to come
const NO_VOICES = "This browser has no voices: read the captions instead.";
const NOT_YET = "The browser lets a page speak only after a first click on it.";
const FAILED = "The browser could not read this aloud: read the caption instead.";
const MAN = /\b(male|man|david|daniel|mark|alex|fred)\b/i;
const WOMAN = /\b(female|woman|zira|samantha|karen|victoria|susan)\b/i;

/** The voice that fits best: of the language, then by the speaker's name or kind. */
function voiceFor(voices, { voice = "", language = "en-US" }) {
  const wanted = language.toLowerCase();
  const spoken = voices.map((each) => [each, each.lang.replace("_", "-").toLowerCase()]);
  let fitting = spoken.filter(([, lang]) => lang === wanted);
  const short = wanted.split("-")[0];
  if (!fitting.length) fitting = spoken.filter(([, lang]) => lang.split("-")[0] === short);
  const name = voice.split(".").pop().replace(/-(Neural|Generative)$/, "").toLowerCase();
  const kind = voice === "man" ? MAN : WOMAN;
  const found = fitting.map(([each]) => each);
  return found.find((each) => name && each.name.toLowerCase().includes(name))
    ?? found.find((each) => kind.test(each.name)) ?? found[0] ?? null;
}

/** Web Speech. The caption is there in any case, and nothing waits for the voice. */
class Reader {
  constructor(tell) {
    this.tell = tell; // says a sentence on the page
    this.can = "speechSynthesis" in window;
    this.on = this.can && chosen.get("aloud", false);
    this.saying = null;
  }

  async speak(heard) {
    this.hush();
    if (!this.on || !heard.text) return;
    const saying = { id: heard.id };
    this.saying = saying;
    const voices = await this.voices();
    if (this.saying !== saying) return;
    if (!voices.length) {
      this.over(saying, NO_VOICES);
      return;
    }
    const words = new SpeechSynthesisUtterance(heard.text);
    const voice = voiceFor(voices, heard);
    if (voice) words.voice = voice;
    words.lang = heard.language ?? "en-US";
    const seconds = heard.seconds || 1;
    const rate = heard.text.length / LETTERS_A_SECOND / seconds;
    words.rate = Math.min(FASTEST, Math.max(SLOWEST, rate));
    words.onend = () => this.over(saying);
    words.onerror = ({ error }) => {
      const ours = error === "interrupted" || error === "canceled";
      this.over(saying, ours ? "" : error === "not-allowed" ? NOT_YET : FAILED);
    };
    // Some voices never say that they are done.
    saying.timer = setTimeout(() => this.over(saying), seconds * 1000);
    speechSynthesis.speak(words);
    this.tell(null);
  }

  async voices() {
    const there = speechSynthesis.getVoices();
    if (there.length) return there;
    return new Promise((done) => {
      const look = () => done(speechSynthesis.getVoices());
      speechSynthesis.addEventListener?.("voiceschanged", look, { once: true });
      setTimeout(look, LATE);
    });
  }

  over(saying, problem = "") {
    if (this.saying !== saying) return;
    clearTimeout(saying.timer);
    this.saying = null;
    this.tell(problem || null);
  }

  /** The words of a verb that is over are cut, as on a line. */
  hush() {
    if (!this.saying) return;
    const { saying } = this;
    this.over(saying);
    speechSynthesis.cancel();
  }
}

// -- the microphone -----------------------------------------------------------------------------

const LINE = 8000; // samples a second on a telephone line
const PART = 0.5; // seconds of sound that are sent together
const BEFORE = "The browser will ask whether this page may use your microphone. What you say goes "
  + "into the recordings of the sandbox on this machine, while one is made, and nowhere else.";
const INSTEAD = "type what you say instead.";
const MISSING = {
  NotAllowedError: `The browser does not let this page use the microphone: ${INSTEAD}`,
  NotFoundError: `No microphone was found: ${INSTEAD}`,
  NotReadableError: `Another program holds the microphone: ${INSTEAD}`,
};
// Runs on the audio thread and only hands over what comes in, a few milliseconds at a time.
const TAKER = `registerProcessor("taker", class extends AudioWorkletProcessor {
  process([[samples]]) { if (samples) this.port.postMessage(samples.slice()); return true; }
});`;

/** Samples of a WAV file, 16 bits each, at the rate of a telephone line; each is the mean of those
 *  it stands for, so that high tones do not come back as low ones. */
function wav(samples, rate) {
  const count = Math.floor(samples.length * LINE / rate);
  const view = new DataView(new ArrayBuffer(44 + 2 * count));
  const text = (at, word) => [...word].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * count, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, LINE, true);
  view.setUint32(28, 2 * LINE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * count, true);
  for (let i = 0; i < count; i += 1) {
    const from = Math.floor(i * rate / LINE);
    const to = Math.max(from + 1, Math.floor((i + 1) * rate / LINE));
    let sum = 0;
    for (let at = from; at < to; at += 1) sum += samples[at];
    const mean = Math.max(-1, Math.min(1, sum / (to - from)));
    view.setInt16(44 + 2 * i, Math.round(mean * 32767), true);
  }
  return view.buffer;
}

/** Takes in what is said while something records. `send` gets WAV files of half a second. */
class Microphone {
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
    this.state = "off"; // off, asking, on, recording
    this.parts = [];
    this.length = 0;
  }

  become(state, problem = "") {
    this.state = state;
    this.changed(problem);
  }

  /** Whether the browser would ask the person first. */
  async asks() {
    try {
      return (await navigator.permissions.query({ name: "microphone" })).state === "prompt";
    } catch {
      return true; // a browser that does not say may well ask
    }
  }

  async open() {
    if (!navigator.mediaDevices?.getUserMedia || !window.AudioWorkletNode) {
      this.become("off", `The browser keeps the microphone from this page, which needs https: ${INSTEAD}`);
      return;
    }
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      this.context = new AudioContext();
      const code = URL.createObjectURL(new Blob([TAKER], { type: "text/javascript" }));
      await this.context.audioWorklet.addModule(code);
      URL.revokeObjectURL(code);
    } catch (error) {
      this.close(MISSING[error.name] ?? `The microphone does not work (${error.name}): ${INSTEAD}`);
      return;
    }
    for (const track of this.stream.getTracks()) {
      track.onended = () => this.close(`The microphone is gone: ${INSTEAD}`);
    }
    this.become("on");
  }

  start() {
    if (this.state !== "on") return;
    this.context.resume().catch(() => {});
    this.source = this.context.createMediaStreamSource(this.stream);
    this.taker = new AudioWorkletNode(this.context, "taker", { numberOfInputs: 1 });
    this.taker.port.onmessage = ({ data }) => {
      this.parts.push(data);
      this.length += data.length;
      if (this.length >= PART * this.context.sampleRate) this.flush();
    };
    // The taker gives silence, but nothing runs that leads nowhere.
    this.source.connect(this.taker).connect(this.context.destination);
    this.become("recording");
  }

  /** Send what was taken in so far. */
  flush() {
    if (this.state !== "recording" || !this.length) return;
    const whole = new Float32Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      whole.set(part, at);
      at += part.length;
    }
    this.parts = [];
    this.length = 0;
    this.send(wav(whole, this.context.sampleRate));
  }

  stop() {
    if (this.state !== "recording") return;
    this.release();
    this.become("on");
  }

  release() {
    if (this.state !== "recording") return;
    this.taker.port.onmessage = null;
    this.source.disconnect();
    this.taker.disconnect();
    this.parts = [];
    this.length = 0;
  }

  close(problem = "") {
    this.release();
    this.stream?.getTracks().forEach((track) => track.stop());
    this.context?.close().catch(() => {});
    this.stream = this.context = null;
    this.become("off", problem);
  }
}

/** Whether speech in this language can be recognised here. Never by a server: what a person says
 *  stays on the machine, so a browser that would send it out counts as one that cannot. */
async function recognises(language) {
  const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
  try {
    const here = { langs: [language], processLocally: true };
    return await Recognition.available(here) === "available" ? Recognition : null;
  } catch {
    return null; // no recognition at all, or none that stays here
  }
}

// -- one phone, whatever number of views it has -------------------------------------------------

class Telephone {
  constructor() {
    this.views = new Set();
    this.files = new Map(); // by name: promises of {bytes, type}
    this.notices = {}; // one sentence about each: the microphone, what is heard
    this.now = {};
    this.said = null; // how many lines of the transcript were listened to
    this.speaker = new Speaker();
    this.reader = new Reader((notice) => this.tell(notice));
    this.microphone = new Microphone(
      (bytes) => this.send({ act: "record", id: `${page}:voice` }, [bytes]),
      (problem) => {
        if (this.microphone.state === "on" && this.now.kind === "record") this.microphone.start();
        else this.tell(problem, "microphone");
      },
    );
    // A first click anywhere lets the page sound.
    this.wake = () => this.speaker.context;
  }

  attend(model) {
    if (this.model) return;
    this.model = model;
    this.draw = () => this.listen(model.get("view"));
    this.heard = (content, buffers) => this.came(content, buffers);
    model.on("change:view", this.draw);
    model.on("msg:custom", this.heard);
    if (this.speaker.on) document.addEventListener("pointerdown", this.wake, { once: true });
    this.draw();
  }

  leave() {
    this.model?.off("change:view", this.draw);
    this.model?.off("msg:custom", this.heard);
    document.removeEventListener("pointerdown", this.wake);
    this.model = null;
    this.speaker.close();
    this.reader.hush();
    this.microphone.close();
  }

  /** Tell Python; false if nobody is there any more. */
  send(content, buffers) {
    try {
      this.model.send(content, undefined, buffers);
      return true;
    } catch {
      return false; // the kernel was restarted and knows this phone no more
    }
  }

  /** Say a sentence of the browser's own in every view; null only draws anew. */
  tell(notice, about = "ear") {
    if (notice !== null) this.notices[about] = notice;
    for (const view of this.views) view.refresh();
  }

  /** Bytes by their name, asked for once. */
  file(act, name) {
    if (!this.files.has(name)) {
      let done;
      const promise = new Promise((resolve) => { done = resolve; });
      this.files.set(name, { promise, done });
      this.send({ act, name });
    }
    return this.files.get(name).promise;
  }

  came(content, buffers = []) {
    const name = content.picture ?? content.sound;
    if (name === undefined) return;
    const bytes = buffers[0];
    const copy = bytes && bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    this.files.get(name)?.done({ bytes: copy, type: content.type });
    if (!copy) this.files.delete(name); // perhaps the next time
  }

  /** Sound as the phone does now. */
  listen(view) {
    this.speaker.ring(view.state === "ringing" || view.state === "calling");
    const before = this.said;
    this.said = view.transcript.length;
    if (before !== null && this.said > before) {
      for (const { verb, text } of view.transcript.slice(before)) {
        if (verb === "Play" && SENT_KEYS.test(text)) this.speaker.keys(text);
      }
    }
    if (view.heard.id === this.now.id) return;
    this.now = view.heard;
    this.reader.hush();
    this.speaker.hush();
    if (this.now.kind !== "record") this.microphone.stop();
    if (this.notices.ear) this.tell("");
    this.begin();
  }

  async begin() {
    const { now } = this;
    if (now.kind === "words") this.reader.speak(now);
    if (now.kind === "record") {
      if (now.beep) this.speaker.beep();
      this.microphone.start();
    }
    if (now.kind === "file" && now.sound && this.speaker.on) {
      const { bytes } = await this.file("sound", now.sound);
      const still = () => this.now === now;
      if (!(await this.speaker.play(bytes, still)) && still()) {
        this.tell("The browser cannot play this file: its caption says what it is.");
      }
    }
  }

  choose(name, on) {
    chosen.set(name, on);
    const heard = this.now;
    if (name === "sound") {
      this.speaker.on = on;
      if (!on) this.speaker.hush();
      this.draw();
    } else {
      this.reader.on = on;
      if (!on) this.reader.hush();
      else if (heard.kind === "words") this.reader.speak(heard);
      else this.reader.voices().then((there) => this.tell(there.length ? "" : NO_VOICES));
    }
    this.tell(null);
  }
}

// -- one view -----------------------------------------------------------------------------------

function entryRow({ at, verb, text }) {
  return make("li", { "data-verb": verb },
    make("span", { class: "at" }, at), " ",
    make("span", { class: "verb" }, verb), " ",
    make("span", { class: "words" }, text));
}

const TICKS = { sent: "✓", delivered: "✓✓", read: "✓✓", undelivered: "⚠", failed: "⚠" };

/** One text, with its pictures and with what became of it. */
function bubbleRow(telephone, { way, who, body, media, pictures, status, reason }) {
  const from = way === "out" ? `to ${who}` : `from ${who}`;
  const bubble = make("li", { class: way, "data-status": status },
    make("span", { class: "who" }, from), " ",
    make("span", { class: "body" }, body));
  pictures.forEach(async (name, place) => {
    const holder = make("span", { class: "media" }, `picture ${place + 1} ${from}`);
    bubble.append(holder);
    const { bytes, type } = await telephone.file("picture", name);
    if (!bytes) return;
    const address = URL.createObjectURL(new Blob([bytes], { type }));
    const image = make("img", { src: address, alt: `picture ${place + 1} ${from}` });
    image.addEventListener("load", () => {
      URL.revokeObjectURL(address);
      const list = bubble.parentElement; // it has grown: whoever was at its end is there again
      const below = list ? list.scrollHeight - list.scrollTop - list.clientHeight : Infinity;
      if (below <= image.height + 40) list.scrollTop = list.scrollHeight;
    }, { once: true });
    holder.replaceChildren(image);
  });
  for (const address of pictures.length ? [] : media) {
    bubble.append(make("span", { class: "media" }, `picture: ${address}`));
  }
  const became = way === "lost" ? `did not arrive, ${status}` : status;
  bubble.append(make("span", { class: "became" },
    `${TICKS[status] ?? "·"} ${became}${reason ? ` (${reason})` : ""}`));
  return bubble;
}

/** Build the phone inside `el`; `act(name, details, after)` tells Python what the person did,
 *  and calls `after` once it is done (not when it was refused: what was typed then stays). */
function build(el, act, telephone) {
  const id = `telephone-${page}-${(made += 1)}`;
  const { speaker, reader, microphone } = telephone;
  const button = (name, label, extra = {}) =>
    make("button", { type: "button", class: name, click: () => act(name), ...extra }, label);
  const plain = (label, click, extra = {}) =>
    make("button", { type: "button", class: "plain", click, ...extra }, label);

  // The line: who calls, what is heard, and the three things one can do about it.
  const name = make("span", { class: "name" });
  const number = make("strong", { class: "number" });
  const badge = make("span", { class: "badge" });
  const mode = make("span", { class: "mode" });
  const line = make("p", { class: "line", role: "status" });
  const caption = make("p", { class: "caption", role: "status", "aria-label": "What you hear" });
  const problem = make("p", { class: "problem", role: "alert" });
  const notice = make("p", { class: "notice", role: "status", "aria-label": "Notice" });
  const answer = button("answer", "Answer");
  const decline = button("decline", "Decline");
  const hangup = button("hangup", "Hang up");
  const press = (key) => {
    speaker.keys(key);
    act("press", { digits: key });
  };
  const keypad = make("div", { class: "keypad", role: "group", "aria-label": "Keypad" },
    ...KEYS.map(([key, letters]) => make("button",
      { type: "button", "aria-label": `key ${SPOKEN[key] ?? key}`, click: () => press(key) },
      make("span", { class: "digit" }, key),
      make("span", { class: "letters", "data-letters": letters }))));
  // Whoever is at the keypad may also type the digits.
  keypad.addEventListener("keydown", (event) => {
    const typed = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (typed && KEYS.some(([key]) => key === event.key)) {
      event.preventDefault();
      press(event.key);
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
  const utter = () => act("speak", { words: words.value }, () => { words.value = ""; });
  const dictate = plain("Speak", () => listen(), { class: "plain dictate" });
  const speak = make("form", {
    class: "row speak",
    submit: (event) => {
      event.preventDefault();
      utter();
    },
  },
  make("label", { for: words.id }, "Say"), words,
  make("button", { type: "submit", class: "plain", "aria-label": "Say it" }, "Say"), dictate);

  // The microphone: said in words before the browser asks.
  const mic = make("input", { type: "checkbox", id: `${id}-mic`, change: () => turn(mic.checked) });
  const recorded = make("p", { class: "recorded", role: "status", "aria-label": "Recording" });
  const decide = (state) => {
    mic.focus(); // the button that had the focus goes
    microphone.become(state);
  };
  const yes = plain("Let the browser ask", () => {
    decide("opening");
    microphone.open();
  });
  const no = plain("Not now", () => decide("off"));
  const ask = make("div", { class: "ask", role: "group", "aria-label": "Before the browser asks" },
    make("p", {}, BEFORE), make("div", { class: "row" }, yes, no));
  async function turn(on) {
    if (!on) microphone.close();
    else if (await microphone.asks()) {
      microphone.become("asking");
      yes.focus();
    } else microphone.open();
  }

  let recognition = null; // what listens to one sentence, where the browser can on its own
  async function listen() {
    const { now } = telephone;
    const Recognition = await recognises(now.language ?? "en-US");
    if (!Recognition || recognition) return;
    recognition = new Recognition();
    recognition.lang = now.language ?? "en-US";
    recognition.processLocally = true;
    recognition.onresult = ({ results }) => {
      words.value = results[0][0].transcript;
      utter();
    };
    recognition.onerror = ({ error }) =>
      telephone.tell(`The browser did not understand that (${error}): ${INSTEAD}`);
    recognition.onend = () => { recognition = null; };
    recognition.start();
  }

  const handset = make("div", { class: "handset" },
    make("div", { class: "head" }, make("div", { class: "whose" }, name, number), badge),
    mode, line, caption,
    make("div", { class: "acts" }, answer, decline, hangup),
    problem, notice, keypad, speak, recorded, ask);

  // What may be switched: sounds, reading aloud, the microphone.
  const toggle = (box, label) => make("label", { class: "toggle" }, box, label);
  const audible = make("input",
    { type: "checkbox", change: () => telephone.choose("sound", audible.checked) });
  const aloud = make("input",
    { type: "checkbox", change: () => telephone.choose("aloud", aloud.checked) });
  const switches = make("div", { class: "switches", role: "group", "aria-label": "Switches" },
    toggle(audible, "sound"), reader.can ? toggle(aloud, "read aloud") : "",
    toggle(mic, "microphone"));

  // The story: what was said in this call, and the texts.
  const title = make("span", { class: "title" });
  const transcript = make("ol", { class: "transcript", "aria-label": "Transcript", tabindex: "0" });
  const calls = make("summary", {});
  const history = make("ol", { class: "past", "aria-label": "Calls", tabindex: "0" });
  const threads = make("div", { class: "threads", role: "group", "aria-label": "Conversations" });
  // The log is around the list: as a log the list would be none, and its items belong nowhere.
  const texts = make("ol", { class: "texts", "aria-label": "Texts", tabindex: "0" });
  const log = make("div", { class: "log", role: "log", "aria-label": "Messages" }, texts);
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
      act("text", { to: to.value, body: body.value }, () => {
        body.value = "";
        open = null; // what was sent is the newest, and seen
        draw(telephone.model.get("view"));
      });
    },
  },
  make("div", { class: "row" },
    make("label", { for: to.id }, "To"), to, contacts,
    plain("Call", () => act("call", { to: to.value }))),
  make("div", { class: "row" },
    make("label", { for: body.id }, "Text"), body,
    make("button", { type: "submit", class: "plain" }, "Send")));

  const story = make("div", { class: "story" },
    make("div", { class: "head" }, title, switches),
    transcript,
    make("details", { class: "history" }, calls, history),
    make("div", { class: "head" }, make("span", { class: "title" }, "Messages")),
    threads, log, compose);

  const root = make("section", { class: "telephone", id }, handset, story);
  el.append(root);
  for (const list of [transcript, texts]) atTheEnd.observe(list);

  let offered = ""; // the number we put into "To"; what a person typed there is left alone
  let open = null; // whose texts are shown; null: whoever wrote last
  let understood = ""; // the language that we know can be recognised, or cannot
  const row = (text) => bubbleRow(telephone, text);

  /** Offer a number in "To", unless a person typed there. */
  function offer(first) {
    if (to.value === offered && document.activeElement !== to) to.value = offered = first;
  }

  /** The texts of one contact; the others are a button away. */
  function drawTexts(view) {
    const others = [...new Set(view.texts.map(({ who }) => who))];
    const newest = others.length ? view.texts.at(-1).who : null;
    if (open !== null && !others.includes(open)) open = null;
    const shown = open ?? newest;
    const named = Object.fromEntries(view.contacts.map((each) => [each.number, each.name]));
    threads.hidden = others.length < 2;
    const labels = others.map((who) => [who, named[who] || who, String(who === shown)]);
    if (JSON.stringify(labels) !== threads.dataset.shown) {
      threads.dataset.shown = JSON.stringify(labels);
      const focused = threads.contains(document.activeElement) ? document.activeElement.name : "";
      threads.replaceChildren(...labels.map(([who, label, pressed]) => plain(label, () => {
        open = who;
        offered = to.value = who.startsWith("+") ? who : to.value;
        drawTexts(telephone.model.get("view"));
      }, { name: who, title: who, "aria-pressed": pressed })));
      if (focused) threads.querySelector(`[name="${CSS.escape(focused)}"]`)?.focus();
    }
    fill(texts, view.texts.filter(({ who }) => who === shown), row);
    if (open === null) offer(view.contacts[0]?.number ?? "");
  }

  function draw(view) {
    root.dataset.state = view.state;
    root.dataset.ear = view.heard.kind ?? "";
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
    say(calls, `Calls (${view.history.length})`);
    fill(history, view.history, ({ way, who, status }) => make("li", {}, `${way} ${who}, ${status}`));
    const numbers = view.contacts.map(({ number: value, name: label }) => [value, label]);
    if (JSON.stringify(numbers) !== contacts.dataset.shown) {
      contacts.dataset.shown = JSON.stringify(numbers);
      contacts.replaceChildren(...numbers.map(([value, label]) => make("option", { value, label })));
    }
    drawTexts(view);
    refresh();
  }

  /** Draw what the browser itself knows. */
  function refresh() {
    const { now } = telephone;
    audible.checked = speaker.on;
    aloud.checked = reader.on;
    mic.checked = microphone.state !== "off";
    root.dataset.microphone = microphone.state;
    root.dataset.speaking = String(reader.saying !== null);
    ask.hidden = microphone.state !== "asking";
    say(notice, Object.values(telephone.notices).filter(Boolean).join(" "));
    say(recorded, now.kind !== "record" ? ""
      : microphone.state === "recording" ? "● Your microphone is being recorded."
        : "You are being recorded: switch on the microphone, or type what you say.");
    const language = now.kind === "listen" && now.speech ? now.language ?? "en-US" : "";
    if (language !== understood) {
      understood = language;
      dictate.hidden = true;
      recognises(language).then((can) => { dictate.hidden = !can || understood !== language; });
    }
  }
  dictate.hidden = true;

  return {
    id,
    problem,
    draw,
    refresh,
    remove() {
      recognition?.abort();
      for (const list of [transcript, texts]) atTheEnd.unobserve(list);
    },
  };
}

function render(telephone, model, el) {
  const waiting = new Map(); // acts under way: id -> {timer, after}
  let last = 0;

  function act(what, details = {}, after = () => {}) {
    const id = `${phone.id}:${(last += 1)}`;
    say(phone.problem, "");
    telephone.microphone.flush(); // what was said before this comes before it
    if (!telephone.send({ act: what, id, ...details })) {
      say(phone.problem, "This phone belongs to a kernel that is gone: run the notebook again.");
      return;
    }
    waiting.set(id, { after, timer: setTimeout(() => say(phone.problem, SILENT), PATIENCE) });
  }

  telephone.attend(model);
  const phone = build(el, act, telephone);
  const draw = () => phone.draw(model.get("view"));
  // Python first says that it took an act, then what became of it. Other views hear it too.
  const heard = ({ id, done }) => {
    if (!waiting.has(id)) return;
    clearTimeout(waiting.get(id).timer);
    if (phone.problem.textContent === SILENT) say(phone.problem, "");
    if (done === undefined) return;
    // The same sentence twice is no change of the view, and we have taken the first away.
    say(phone.problem, model.get("view").problem);
    if (done) waiting.get(id).after();
    waiting.delete(id);
  };
  telephone.views.add(phone);
  model.on("change:view", draw);
  model.on("msg:custom", heard);
  draw();
  model.send({ act: "ready" });
  return () => {
    telephone.views.delete(phone);
    model.off("change:view", draw);
    model.off("msg:custom", heard);
    phone.remove();
    waiting.forEach(({ timer }) => clearTimeout(timer));
  };
}

/** Called once for each phone, by whatever shows it. */
export default () => {
  const telephone = new Telephone();
  return {
    initialize({ model }) {
      telephone.attend(model);
      return () => telephone.leave();
    },
    render: ({ model, el }) => render(telephone, model, el),
  };
};
