// The drug field in the browser: matches what is typed against a list of names that came once,
// and hands choices to the server. Shows data as text only, never as HTML.
//
// Choices travel as state (numbered), not as a trigger: of two triggers that meet before the script
// runs, Streamlit keeps the newer one only. A choice is kept, handed in again and shown as not added
// until the server has said that it heard it: what is told while the server is away goes nowhere.

const SHOWN = 8;
const LOOK_MS = 250;
const AGAIN_MS = 4000; // longer than a run: a choice handed in again restarts the script
const MEASURE = "auscult.drug-search";
const SEVERAL = /[\r\n\t,，、;；]/;
const LATIN_LETTER = /^[\x20-\x7e]$/;
const IGNORED = /[\s\-‐-―'’·・.]+/g;

const pickers = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  let picker = pickers.get(parentElement);
  if (!picker?.field.isConnected) {
    picker = new Picker(parentElement);
    pickers.set(parentElement, picker);
  }
  picker.report = (typed) => setStateValue("typed", typed);
  picker.read(data);
  return () => picker.close();
}

export function fold(text) {
  return text.normalize("NFKC").toLowerCase().replace(IGNORED, "");
}

// Drugs as the server sends them: [id, label, other, [[shown, keys, initials, sure], ...]].
export function buildIndex(drugs) {
  const entries = [];
  drugs.forEach(([id, label, other, aliases], place) => {
    for (const [shown, keys, initials, sure] of aliases) {
      const alias = shown === label || shown === other ? "" : shown;
      const drug = { id, label, other, alias, place, sure };
      for (const key of keys) entries.push({ key: fold(key), initials: false, drug });
      for (const key of initials) entries.push({ key: fold(key), initials: true, drug });
    }
  });
  return entries;
}

// Best first, one line per drug: exact, prefix, prefix of initials, inside; then the shorter key.
export function search(entries, typed) {
  const wanted = fold(typed);
  if (!wanted) return [];
  const inside = !LATIN_LETTER.test(wanted);
  const best = new Map();
  for (const entry of entries) {
    const rank = rankOf(entry, wanted, inside);
    if (rank === null) continue;
    const { drug } = entry;
    const score = rank * 1e4 + Math.min(entry.key.length, 999) * 2 + (drug.alias ? 1 : 0);
    const held = best.get(drug.id);
    if (!held) best.set(drug.id, { score, drug });
    else if (score < held.score) Object.assign(held, { score, drug });
  }
  return [...best.values()]
    .sort((a, b) => a.score - b.score || a.drug.place - b.drug.place)
    .slice(0, SHOWN)
    .map(({ score, drug }) => ({ ...drug, exact: score < 1e4 }));
}

function rankOf({ key, initials }, wanted, inside) {
  if (key === wanted) return 0;
  if (key.startsWith(wanted)) return initials ? 2 : 1;
  return inside && !initials && key.includes(wanted) ? 3 : null;
}

// Enter takes a suggestion nobody pointed at only if the text names one drug exactly and surely:
// AZT, say, is written for two, so a person points at one or the server asks.
function soleExact(found) {
  const exact = found.filter((drug) => drug.exact);
  return exact.length === 1 && exact[0].sure ? 0 : -1;
}

class Picker {
  constructor(root) {
    this.mount = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
    this.count = 0;
    this.picks = []; // not heard by the server yet, as far as is known here
    this.waiting = "";
    this.found = [];
    this.active = -1;
    this.row = root.querySelector(".row");
    this.field = root.querySelector("#field");
    this.label = root.querySelector("label");
    this.button = root.querySelector("button");
    this.note = root.querySelector("#note");
    this.pop = root.querySelector("#pop");
    this.list = root.querySelector("#list");
    this.none = root.querySelector("#none");
    this.said = root.querySelector("#said");
    this.listen(root.querySelector(".picker"));
  }

  listen(box) {
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("paste", (event) => this.bulk(event, event.clipboardData));
    this.field.addEventListener("drop", (event) => this.bulk(event, event.dataTransfer));
    this.field.addEventListener("focus", () => this.field.value && this.typed());
    this.button.addEventListener("click", () => this.add(this.field.value, this.found[this.active]));
    // The field keeps the focus while a suggestion or the button is pressed.
    for (const part of [this.pop, this.button]) {
      part.addEventListener("mousedown", (event) => event.preventDefault());
    }
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.add(this.field.value, this.found[[...this.list.children].indexOf(option)]);
    });
    box.addEventListener("focusout", (event) => this.left(event));
    this.follow = () => this.place();
  }

  read(data) {
    const end = data.indexOf(10);
    const text = new TextDecoder();
    const digest = text.decode(data.subarray(0, end));
    if (digest === this.digest) return;
    const { limit, words, drugs } = JSON.parse(text.decode(data.subarray(end + 1)));
    Object.assign(this, { digest, limit, words, entries: buildIndex(drugs) });
    this.label.textContent = words.label;
    this.field.placeholder = words.placeholder;
    this.button.textContent = words.add;
    this.list.setAttribute("aria-label", words.suggestions);
    this.none.textContent = words.empty;
    if (!this.field.value) return;
    this.typed(); // typed before this script was there, or still there when the language changed
    if (!this.field.matches(":focus")) this.left({});
  }

  typed() {
    const text = this.field.value;
    this.button.disabled = !text.trim();
    this.note.textContent = "";
    performance.clearMeasures(MEASURE);
    const start = performance.now();
    this.found = SEVERAL.test(text) ? [] : search(this.entries, text);
    performance.measure(MEASURE, { start });
    this.draw(SEVERAL.test(text) ? "" : text.trim());
  }

  draw(text) {
    this.list.replaceChildren(...this.found.map(option));
    this.list.hidden = !this.found.length;
    this.none.hidden = this.found.length > 0;
    this.activate(soleExact(this.found));
    this.open(Boolean(text));
    const { count, empty } = this.words;
    const said = this.found.length ? count.replace("{n}", this.found.length) : empty;
    this.said.textContent = text ? said : "";
  }

  activate(at) {
    this.active = at;
    [...this.list.children].forEach((item, i) => item.setAttribute("aria-selected", i === at));
    if (at < 0) this.field.removeAttribute("aria-activedescendant");
    else {
      this.field.setAttribute("aria-activedescendant", this.list.children[at].id);
      this.list.children[at].scrollIntoView({ block: "nearest" });
    }
  }

  open(wanted) {
    this.field.setAttribute("aria-expanded", String(wanted && this.found.length > 0));
    if (wanted !== this.pop.matches(":popover-open")) this.pop.togglePopover(wanted);
    const change = wanted ? "addEventListener" : "removeEventListener";
    window[change]("scroll", this.follow, true);
    window[change]("resize", this.follow);
    if (wanted) this.place();
  }

  // The list lies in the top layer, so nothing on the page covers it; above the field if the room
  // below, with an on-screen keyboard up, is too low.
  place() {
    const at = this.row.getBoundingClientRect();
    const seen = window.visualViewport?.height ?? window.innerHeight;
    const below = seen - at.bottom - 12;
    const above = at.top - 12;
    const up = below < 200 && above > below;
    Object.assign(this.pop.style, {
      left: `${at.left}px`,
      width: `${at.width}px`,
      maxHeight: `${Math.max(up ? above : below, 96)}px`,
      top: up ? "auto" : `${at.bottom + 4}px`,
      bottom: up ? `${window.innerHeight - at.top + 4}px` : "auto",
    });
  }

  key(event) {
    // 229: Safari sends the Enter that commits an input method with isComposing already false.
    if (event.isComposing || event.keyCode === 229) return;
    const last = this.found.length - 1;
    const opened = this.pop.matches(":popover-open");
    if (event.key === "Enter") {
      event.preventDefault();
      this.add(this.field.value, this.found[this.active]);
    } else if (event.key === "Escape" && opened) {
      event.preventDefault();
      event.stopPropagation();
      this.shut();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!opened) this.typed();
      else if (event.key === "ArrowDown") this.activate(this.active < last ? this.active + 1 : 0);
      else this.activate(this.active > 0 ? this.active - 1 : last);
    }
  }

  // Several drugs at once go to the server as they are; so does the length of what is too long.
  bulk(event, carried) {
    const text = carried?.getData("text/plain") ?? "";
    if (text.length <= this.limit && !SEVERAL.test(text.trim())) return;
    event.preventDefault();
    const { value, selectionStart, selectionEnd } = this.field;
    this.add(value.slice(0, selectionStart) + text + value.slice(selectionEnd));
  }

  add(text, drug) {
    const typed = text.trim();
    if (!typed) {
      if (this.late) this.tell("");
      return;
    }
    this.count += 1;
    const pick = { mount: this.mount, n: this.count };
    if (drug) Object.assign(pick, { text: typed.slice(0, this.limit), id: drug.id });
    else if (typed.length > this.limit) Object.assign(pick, { text: "", too_long: typed.length });
    else Object.assign(pick, { text: typed, id: null });
    this.picks = [...this.unheard(), pick];
    this.field.value = "";
    this.button.disabled = true;
    this.note.textContent = "";
    this.shut();
    this.field.focus();
    this.tell("");
    this.look();
  }

  unheard() {
    const style = getComputedStyle(document.documentElement);
    const heard = Number(style.getPropertyValue(`--heard-${this.mount}`));
    return this.picks.filter(({ n }) => n > heard);
  }

  look(waited = 0) {
    clearTimeout(this.timer);
    if (!this.field.isConnected) return;
    this.picks = this.unheard();
    if (!this.picks.length) {
      if (this.late) this.warn(false);
      return;
    }
    if (waited >= AGAIN_MS) {
      this.tell(this.waiting);
      this.warn(true);
    }
    const next = waited >= AGAIN_MS ? 0 : waited + LOOK_MS;
    this.timer = setTimeout(() => this.look(next), LOOK_MS);
  }

  warn(late) {
    this.late = late;
    const names = this.picks.map(({ text, too_long }) => text || `(${too_long})`);
    const left = this.field.value.trim() && !this.field.matches(":focus");
    this.note.textContent = late || left ? [...names, this.words.waiting].join(" · ") : "";
  }

  shut() {
    this.found = [];
    this.draw("");
  }

  // Text that stays in the field is not added yet: said here, and told to the page.
  left(event) {
    if (event.relatedTarget === this.button || event.relatedTarget === this.field) return;
    this.open(false);
    const text = this.field.value.trim();
    this.note.textContent = text ? this.words.waiting : "";
    if (text !== this.waiting) this.tell(text);
  }

  tell(waiting) {
    this.waiting = waiting;
    this.report({ picks: this.picks, waiting: waiting.slice(0, this.limit) });
  }

  close() {
    this.open(false);
  }
}

function option({ alias, label, other }, i) {
  const item = document.createElement("li");
  item.id = `option-${i}`;
  item.setAttribute("role", "option");
  const parts = [["alias", alias], ["arrow", alias && "→"], ["name", label], ["other", other]];
  for (const [kind, text] of parts) {
    if (!text) continue;
    const part = document.createElement("span");
    part.className = kind;
    part.textContent = text;
    item.append(part, " ");
  }
  return item;
}
