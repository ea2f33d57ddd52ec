// Puts a question in the words of the search's index, and its answers in the order of what they say of the question.
import { ALIKE, PASSED_OVER, SPELLINGS } from "./words.js";

const TAG = /<[^>]*>/g;
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const ENDING = /(?:ations?|ings?|ers?|al|ed|es|s|e)$/;
const SHORT = 3; // letters; a word of no more is not mistyped
const WHOLE = /^(?:[a-z]{1,2}|[\d.]+)$/; // meant whole, not as the beginning of another
const MOST = 12; // names that a part of one may stand for

const bare = (html) => html.replace(TAG, " ").replace(/&(?:lt|gt|amp);/g, (sign) => ENTITIES[sign]).toLowerCase();

// Whether one of two words becomes the other where a letter is put in, left out, another, or changes places with the next.
function oneMistake(one, other) {
  let from = 0;
  while (from < one.length && one[from] === other[from]) from++;
  const [a, b] = [one.slice(from), other.slice(from)];
  const crossed = a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2);
  return crossed || a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1);
}

// What a section says, as ` word word `: so words, their beginnings and phrases are looked up alike.
class Section {
  constructor({ location, title, text, boost }, tokens) {
    const line = (html) => ` ${tokens(bare(html)).join(" ")} `;
    this.title = line(title);
    this.name = line(location.split("#").at(-1).split(/[./]/).at(-1)); // an address is named by what it is about
    this.text = line(text);
    this.words = this.title.trim().split(" ").length;
    this.isPage = !location.includes("#");
    this.defined = boost > 1 ? line((text.split(HEADS)[1] ?? "").replace(ROW, "$1 ")) : "";
    this.aside = ASIDE.test(location) || /^(exercises?|references|pitfalls|solution)\b/i.test(title);
    this.isCode = location.startsWith("reference/");
  }
}

// Of a symbols table, which is what such a section is raised for: a symbol, its name and its code.
const HEADS = "Symbol, Code, Shape, Meaning</p>";
const ROW = /<p>(?:((?:(?!<\/p>).)*?), (?:\(|scalar|any ).*?|.*?)<\/p>/g;
const ASIDE = /^(?:verification|licences|benchmarks|notebooks)\//;

// How well a line says a word or a phrase: whole, by its beginning, or not at all.
function says(line, { text, whole }) {
  if (line.includes(` ${text} `)) return 1;
  return !whole && line.includes(` ${text}`) ? 0.8 : 0;
}

export class Reader {
  constructor(docs, separator) {
    const parts = new RegExp(separator);
    this.tokens = (text) => text.split(parts).filter(Boolean);
    this.sections = new Map(docs.map((doc) => [doc.location, new Section(doc, this.tokens)]));
    const words = [...this.sections.values()].flatMap(({ title, text }) => `${title}${text}`.split(" "));
    this.known = new Map();
    for (const word of words) this.known.set(word, (this.known.get(word) ?? 0) + 1);
    this.all = [...this.known.keys()].filter((word) => word.length > SHORT);
    this.line = ` ${[...this.known.keys()].join(" ")} `;
  }

  begins(word) {
    return this.line.includes(` ${word}`);
  }

  // What a word may stand for, the likeliest first; nothing for one that the book does not have.
  meant(word) {
    const whole = WHOLE.test(word);
    if (whole) return this.known.has(word) ? [{ text: word, whole }] : [];
    const spelled = [word, ...SPELLINGS.map(([one, other]) => word.replace(one, other))];
    const stems = spelled.map((each) => each.replace(ENDING, "")).filter(({ length }) => length > SHORT);
    const found = [...new Set([...spelled, ...stems])].filter((each) => this.begins(each));
    if (found.length) return found.map((text) => ({ text, whole }));
    const within = this.all.filter((other) => other.includes(word));
    const near = within.length ? within : this.all.filter((other) => this.mistyped(word, other));
    return near
      .sort((one, other) => this.known.get(other) - this.known.get(one))
      .slice(0, MOST)
      .map((text) => ({ text, whole }));
  }

  // One mistake, in the word or in as much of it as has been typed; the first letter is right.
  mistyped(word, other) {
    if (word.length <= SHORT || word[0] !== other[0]) return false;
    return [-1, 0, 1].some((by) => oneMistake(word, other.slice(0, word.length + by)));
  }

  // A question in groups, one for each of its words or terms, of what each may stand for; and as the theme's search is asked.
  question(asked) {
    const clean = asked.toLowerCase().replace(/[?!'’"`,;*~^]+|\.(?=\s|$)/g, " ");
    let rest = ` ${this.tokens(clean).join(" ")} `;
    const groups = [];
    for (const terms of ALIKE) {
      const term = terms.find((each) => rest.includes(` ${each} `));
      if (!term) continue;
      groups.push({ word: term, meant: [term, ...terms].map((text) => ({ text, whole: text.length < 4 })) });
      rest = rest.replace(` ${term} `, " ");
    }
    const words = rest.trim().split(" ").filter(Boolean);
    const telling = words.filter((word) => !PASSED_OVER.has(word));
    for (const word of telling.length || groups.length ? telling : words) groups.push({ word, meant: this.meant(word) });
    const phrase = ` ${this.tokens(clean).filter((word) => !PASSED_OVER.has(word)).join(" ")}`;
    const parts = groups.flatMap(({ meant }) => meant.flatMap(({ text, whole }) => text.split(" ").map((part) => (whole ? `${part}^1` : part))));
    const ofCode = /[a-z]_[a-z]{3}|[a-z][.][a-z]/i.test(asked);
    return { groups, phrase, ofCode, words: [...new Set(parts)].join(" ") };
  }

  // How much a section, in its page, says of what was asked.
  score({ groups, phrase, ofCode }, section, page, found) {
    let [total, met, titled] = [0, 0, 0];
    for (const { meant } of groups) {
      const best = (line) => Math.max(0, ...meant.map((each, place) => says(line, each) * (place > 1 ? 0.7 : 1)));
      const [named, text, head] = [section.name, section.text, page.title].map(best);
      const title = Math.max(best(section.title), 0.8 * named, 0.85 * says(section.defined, meant[0] ?? { text: "\n" }));
      met += title || text ? 1 : head ? 0.7 : 0;
      titled += title;
      total += Math.max(3 * title, 2 * head, text) + 0.8 * head;
    }
    total = total / groups.length + (titled / groups.length) * (titled / section.words);
    if (groups.length > 1) total += 3 * section.title.includes(phrase) + section.text.includes(phrase);
    total += 0.3 * section.isPage - 1.5 * section.aside - 2 * (section.isCode && !ofCode);
    return { share: met / groups.length, score: total + Math.log10(1 + found) / 4 };
  }

  // The answers, page by page: those that say all that was asked if there are any, the best first.
  inOrder(question, items) {
    const pages = items.map((docs) => {
      const page = this.sections.get(docs.find(({ location }) => !location.includes("#")).location);
      return docs.map((doc) => ({ ...doc, ...this.score(question, this.sections.get(doc.location), page, doc.score) }));
    });
    const most = Math.max(...pages.flat().map(({ share }) => share));
    // A page that comes back to it is about it.
    const best = (docs) => Math.max(...docs.map(({ score }) => score)) + 0.3 * Math.log2(docs.filter(({ score }) => score > 0).length);
    return pages
      .map((docs) => docs.filter(({ share, location }) => share >= most || !location.includes("#")))
      .filter((docs) => docs.some(({ share }) => share >= most))
      .map((docs) => docs.map(({ share, ...doc }) => this.told(question, share < most ? { ...doc, score: 0 } : doc)))
      .map((docs) => docs.sort((one, other) => other.score - one.score))
      .sort((one, other) => best(other) - best(one));
  }

  // What the theme says of a result: which words it has, and which of those that were asked it lacks.
  told({ groups }, doc) {
    const section = this.sections.get(doc.location);
    const has = Object.entries(doc.terms).filter(([, found]) => found);
    const lacks = groups.filter(({ meant }) => !meant.some((each) => says(section.title + section.text, each)));
    return { ...doc, terms: Object.fromEntries([...has, ...lacks.map(({ word }) => [word, false])]) };
  }
}
