// Stands between the page and the theme's search. The theme would fetch the whole index with each page: it is given an
// empty one, and gets the index once there is a question. Questions go to it in the words of the index, and its answers
// come back in the order of what they say of the question; see asking.js.
const asking = import("./asking.js");
const theme = new Worker(new URL(`../../javascripts/workers/search.${location.search.slice(1)}`, location));
const INDEX = new URL("../../../search/sections.json", location);
const [SETUP, READY, QUERY, RESULT] = [0, 1, 2, 3];

let given; // what the page set the search up with
let asked = ""; // the last question
let reader; // who puts it, once there is an index

const answer = (message) =>
  new Promise((ready) => theme.addEventListener("message", ({ data }) => ready(data), { once: true }, theme.postMessage(message)));

async function read() {
  const { Reader } = await asking;
  const docs = given.docs.length ? given.docs : await (await fetch(INDEX)).json();
  await answer({ type: SETUP, data: { ...given, docs } });
  return new Reader(docs, given.config.separator);
}

let queue = Promise.resolve();

addEventListener("message", ({ data: { type, data } }) => {
  if (type === SETUP) {
    given = data;
    postMessage({ type: READY });
  }
  if (type !== QUERY) return;
  asked = data;
  if (!data.trim()) return postMessage({ type: RESULT, data: { items: [] } });
  queue = queue.then(async () => {
    if (asked !== data) return; // there is a newer one
    reader ??= await read();
    const question = reader.question(data);
    const { data: found } = await answer({ type: QUERY, data: question.words });
    postMessage({ type: RESULT, data: { ...found, items: reader.inOrder(question, found.items) } });
  });
  queue = queue.catch(() => postMessage({ type: RESULT, data: { items: [] } })); // without a connection
});
