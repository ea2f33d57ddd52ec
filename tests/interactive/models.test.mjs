// What the interactive figures compute: gradients against central differences, forward passes against sums by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BENDS } from "../../docs/assets/interactive/models/bends.js";
import * as attention from "../../docs/assets/interactive/models/attention.js";
import * as bill from "../../docs/assets/interactive/models/bill.js";
import * as classifier from "../../docs/assets/interactive/models/classifier.js";
import * as convolution from "../../docs/assets/interactive/models/convolution.js";
import * as decay from "../../docs/assets/interactive/models/decay.js";
import * as depth from "../../docs/assets/interactive/models/depth.js";
import * as gates from "../../docs/assets/interactive/models/gates.js";
import { gradientOf } from "../../docs/assets/interactive/models/gradients.js";
import * as logistic from "../../docs/assets/interactive/models/logistic.js";
import * as looking from "../../docs/assets/interactive/models/looking.js";
import { WEIGHTS as LOOKING } from "../../docs/assets/interactive/models/looking-weights.js";
import * as marked from "../../docs/assets/interactive/models/marked.js";
import { WEIGHTS } from "../../docs/assets/interactive/models/marked-weights.js";
import * as next from "../../docs/assets/interactive/models/next-character.js";
import * as normalization from "../../docs/assets/interactive/models/normalization.js";
import * as perceptron from "../../docs/assets/interactive/models/perceptron.js";
import { normal, uniform } from "../../docs/assets/interactive/models/random.js";
import * as recurrent from "../../docs/assets/interactive/models/recurrent.js";
import * as roofline from "../../docs/assets/interactive/models/roofline.js";
import * as search from "../../docs/assets/interactive/models/search.js";
import * as slices from "../../docs/assets/interactive/models/slices.js";
import * as softmax from "../../docs/assets/interactive/models/softmax.js";
import * as valley from "../../docs/assets/interactive/models/valley.js";

const EPS = 1e-6;

function close(actual, expected, tolerance = 1e-7) {
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);
}

const slope = (f, x) => (f(x + EPS) - f(x - EPS)) / (2 * EPS);

test("a number is printed with a minus, and with none before what rounds to 0", async () => {
  globalThis.matchMedia ??= () => ({ matches: false });
  const { signed } = await import("../../docs/assets/interactive/kit.js");
  assert.equal(signed(-1.5), "−1.50");
  assert.equal(signed(-10, 0), "−10");
  assert.equal(signed(-0.0051), "−0.01");
  assert.equal(signed(-0.0049), "0.00");
  assert.equal(signed(-1e-17, 0), "0");
});

test("random numbers repeat, and have their distribution's mean and spread", () => {
  const [a, b] = [uniform(3), uniform(3)];
  const draws = Array.from({ length: 20000 }, a);
  assert.deepEqual(draws.slice(0, 5), Array.from({ length: 5 }, b));
  assert.ok(Math.min(...draws) >= 0 && Math.max(...draws) < 1);
  close(normalization.mean(draws), 0.5, 0.01);
  const bell = Array.from({ length: 20000 }, normal(5));
  close(normalization.mean(bell), 0, 0.03);
  close(normalization.mean(bell.map((z) => z * z)), 1, 0.03);
});

test("the classifier's gradient is its loss's slope", () => {
  const data = classifier.points("moons", 20);
  const net = classifier.network(3);
  const { gradient } = classifier.lossAndGradient(net, data);
  const loss = (changed) => classifier.lossAndGradient({ ...net, ...changed }, data).loss;
  const at = (list, m, value) => list.map((old, k) => (k === m ? value : old));
  for (const m of [0, 1, 2]) {
    close(gradient.v[m], slope((w) => loss({ v: at(net.v, m, w) }), net.v[m]));
    close(gradient.b[m], slope((w) => loss({ b: at(net.b, m, w) }), net.b[m]));
    for (const d of [0, 1]) close(gradient.W[d][m], slope((w) => loss({ W: at(net.W, d, at(net.W[d], m, w)) }), net.W[d][m]));
  }
  close(gradient.c, slope((c) => loss({ c }), net.c));
});

for (const kind of Object.keys(classifier.DATA)) {
  test(`the classifier learns ${kind}`, () => {
    const data = classifier.points(kind, 120);
    let net = classifier.network(8);
    const before = classifier.lossAndGradient(net, data).loss;
    for (let count = 0; count < 3000; count++) ({ net } = classifier.step(net, data, 1));
    assert.ok(classifier.lossAndGradient(net, data).loss < before / 4);
    assert.ok(classifier.accuracy(net, data) > 0.95);
    assert.ok(data.every(({ x, y }) => Math.abs(x) <= 1.1 && Math.abs(y) <= 1.1));
  });
}

test("a convolution is the sum of products under each window", () => {
  const image = [[1, 2, 0, 1], [0, 1, 3, 1], [2, 0, 1, 0]];
  const weights = [[1, -1], [2, 0]];
  assert.deepEqual(convolution.products(image, weights, 1, 2), [[3, -1], [2, 0]]);
  assert.deepEqual(convolution.convolve(image, weights), [[-1, 4, 5], [3, -2, 4]]);
});

test("the seven fits its grid", () => {
  const image = convolution.seven(14);
  assert.equal(image.length, 14);
  assert.ok(image.every((row) => row.length === 14 && row.every((pixel) => pixel === 0 || pixel === 1)));
  assert.ok(image[0].concat(image[13], image.map((row) => row[0])).every((pixel) => pixel === 0));
});

test("batch norm gives mean beta and spread gamma, whatever comes", () => {
  const x = normalization.batch(500, { center: 3, spread: 2, skew: 0.6 });
  const { y, mu, sigma } = normalization.normalize(x, 1.5, -0.5);
  close(normalization.mean(y), -0.5, 1e-9);
  close(Math.sqrt(normalization.mean(y.map((value) => (value + 0.5) ** 2))), 1.5, 1e-5);
  assert.ok(mu > 2.5 && sigma > 1);
});

test("batch norm's gradient is its slope, and neither a shift nor a stretch of x gets through", () => {
  const x = normalization.batch(6, { center: 1, spread: 2, skew: 0.3 });
  const dy = [0.3, -1, 0.5, 2, -0.2, 0.7];
  const total = (values) => normalization.normalize(values, 1.5, 0.2).y.reduce((sum, value, n) => sum + value * dy[n], 0);
  const dx = normalization.backward(dy, normalization.normalize(x, 1.5, 0.2), 1.5);
  x.forEach((value, n) => close(dx[n], slope((v) => total(x.map((old, k) => (k === n ? v : old))), value), 1e-6));
  close(dx.reduce((sum, value) => sum + value, 0), 0, 1e-12);
  close(dx.reduce((sum, value, n) => sum + value * x[n], 0), 0, 1e-4);
});

test("a histogram counts every value once", () => {
  assert.deepEqual(normalization.histogram([-9, 0, 0.4, 1, 1.5, 2, 9], 0, 2, 2), [3, 4]);
});

test("the recurrent matrix is orthogonal", () => {
  const W = recurrent.orthogonal(5);
  W.forEach((row, i) => W.forEach((other, j) => close(row.reduce((sum, value, k) => sum + value * other[k], 0), i === j ? 1 : 0, 1e-12)));
});

test("the gradient through time is the loss's slope", () => {
  const W = recurrent.orthogonal(3).map((row) => row.map((value) => 1.2 * value));
  const inputs = [[0.3, -0.2, 0.5], [0.1, 0.4, -0.6], [-0.5, 0.2, 0.1]];
  const last = [0.5, -1, 2];
  for (const linear of [false, true]) {
    const all = recurrent.states(W, inputs, { linear });
    const [, first] = recurrent.backward(W, all, last, { linear });
    const loss = (x0) =>
      recurrent.states(W, [[x0, ...inputs[0].slice(1)], ...inputs.slice(1)], { linear }).at(-1).reduce((sum, value, j) => sum + value * last[j], 0);
    close(first[0] * (linear ? 1 : 1 - all[1][0] ** 2), slope(loss, inputs[0][0]));
  }
});

test("without tanh, the gradient's norm is a power of the scale", () => {
  const norms = recurrent.norms({ scale: 0.9, steps: 20, linear: true });
  norms.forEach((norm, t) => close(norm, 0.9 ** (20 - t), 1e-9));
});

test("an LSTM's cell keeps, forgets and takes in as its gates say", () => {
  assert.deepEqual(gates.lstm({ i: 0, f: 1, g: 0.7, o: 1 }, 0.4), { c: 0.4, h: Math.tanh(0.4) });
  assert.deepEqual(gates.lstm({ i: 1, f: 0, g: 0.7, o: 0.5 }, 0.4), { c: 0.7, h: 0.5 * Math.tanh(0.7) });
  const set = { i: 0.3, f: 0.8, g: -0.5, o: 0.6 };
  const c = (c0) => gates.lstmRun(set, c0, 7).at(-1).c;
  close(gates.lstmGradient(set.f, 7)[0], slope(c, 0.2));
  assert.equal(gates.lstmGradient(set.f, 7)[7], 1);
});

test("a GRU's two variants agree without a bias, and their slopes are slopes", () => {
  const set = { r: 0.3, z: 0.6, a: 0.4, u: 1.3, b: 0.5 };
  for (const variant of ["after", "before"]) {
    close(gates.gruSlope(set, 0.7, variant), slope((h) => gates.gru(set, h, variant).h, 0.7));
  }
  assert.notEqual(gates.gru(set, 0.7, "after").h, gates.gru(set, 0.7, "before").h);
  close(gates.gru({ ...set, b: 0 }, 0.7, "after").h, gates.gru({ ...set, b: 0 }, 0.7, "before").h, 1e-15);
  assert.equal(gates.gru({ ...set, z: 1 }, 0.7, "after").h, 0.7);
});

test("the gradients of the bill are its slopes, and every wire is paid once", () => {
  const set = { kilos: 1.5, kiloPrice: 2.25, rolls: 3, rollPrice: 0.7, tax: 1.2 };
  const gradients = bill.backward(bill.forward(set));
  for (const name of Object.keys(set)) close(gradients[name], slope((x) => bill.forward({ ...set, [name]: x }).bill, set[name]));
  assert.deepEqual(bill.PAID.flat().sort(), Object.keys(gradients).sort());
});

test("the perceptron comes to its end within the bound, and then errs no more", () => {
  const points = perceptron.clouds(40);
  let run = perceptron.start();
  assert.equal(perceptron.errors(run.w, points), 40);
  for (let count = 0; count < 1000 && run.right < 40; count++) {
    const next = perceptron.correct(run, points);
    if (next.last >= 0) {
      const { x, t } = points[next.last];
      assert.ok(t * x.reduce((sum, value, d) => sum + value * run.w[d], 0) <= 0);
      assert.deepEqual(next.w, run.w.map((w, d) => w + t * x[d]));
    }
    run = next;
  }
  const longest = Math.max(...points.map(({ x }) => x.reduce((sum, value) => sum + value * value, 0)));
  assert.ok(run.mistakes > 0 && run.mistakes <= longest / 0.25 ** 2);
  assert.equal(perceptron.errors(run.w, points), 0);
});

test("turning the space keeps lengths for one who looks along them", () => {
  close(Math.hypot(...perceptron.seen([0, 0, 2], 0.7, 0)), 2);
  close(Math.hypot(...perceptron.seen([0, 3, 0], 0, 0.4)), 3);
  close(perceptron.seen([1, 0, 0], 0, Math.PI / 2)[1], -1);
});

test("the descent follows the slopes of its loss, arrives, and runs off if it steps too far", () => {
  const data = logistic.samples(60);
  const [dw, db] = logistic.gradient(0.7, -0.4, data);
  close(dw, slope((w) => logistic.loss(w, -0.4, data), 0.7));
  close(db, slope((b) => logistic.loss(0.7, b, data), -0.4));
  const at = (path) => logistic.loss(...path.at(-1), data);
  const path = logistic.descent([-1.5, 3], 1, 4000, data);
  assert.equal(path.length, 4001);
  for (const part of logistic.gradient(...path.at(-1), data)) close(part, 0, 1e-3);
  assert.ok(at(logistic.descent([-1.5, 3], 0.01, 20, data)) > 1.5);
  assert.ok(at(logistic.descent([-1.5, 3], 100, 20, data)) > 2 * at(path));
});

test("each rule goes down the valley at its own rate, and gradient descent runs off above twice over the curvature", () => {
  for (const [rule, { rate }] of Object.entries(valley.RULES)) {
    const path = valley.walk(rule, rate, 100);
    assert.equal(path.length, 101);
    assert.deepEqual(path[0], valley.START);
    assert.ok(valley.loss(path.at(-1)) < valley.loss(path[0]) / 100, rule);
  }
  close(valley.walk("sgd", 0.05, 1)[1][1], 0);
  close(valley.walk("adam", 0.2, 1)[1][0], -3.8, 1e-6);
  close(valley.walk("momentum", 0.02, 2)[2][0], -4 + 0.02 * 4 + 0.02 * (0.9 * 4 + 3.92));
  assert.ok(valley.loss(valley.walk("sgd", 0.101, 100).at(-1)) > 18);
  assert.ok(valley.loss(valley.walk("sgd", 0.099, 100).at(-1)) < 18);
});

test("a grid tries few values of each setting, and both searches succeed as often as they should", () => {
  const { grid, random } = search.trials(3, uniform(8));
  const values = (points, axis) => new Set(points.map((point) => point[axis].toFixed(9))).size;
  assert.deepEqual([0, 1].map((axis) => values(grid, axis)), [3, 3]);
  assert.deepEqual([0, 1].map((axis) => values(random, axis)), [9, 9]);
  assert.ok([...grid, ...random].flat().every((value) => value >= 0 && value < 1));
  for (const window of [{ place: 0.55, width: 0.2, both: false }, { place: 0.1, width: 0.25, both: true }, { place: 0.4, width: 0.4, both: false }]) {
    const found = search.successes(3, window, 20000, 11);
    for (const [kind, share] of Object.entries(search.chances(3, window))) close(found[kind] / 20000, share, 0.02);
  }
  const [one, two] = [{ width: 0.2, both: false }, { width: 0.2, both: true }].map((window) => search.chances(3, window));
  close(one.grid, 0.6);
  close(one.random, 1 - 0.8 ** 9);
  close(two.grid, 0.36);
  close(two.random, 1 - 0.96 ** 9);
});

test("each layer multiplies the size of the signal, and of the gradient, by what arithmetic expects", () => {
  for (const [bend, part] of [["relu", 2], ["identity", 1]]) {
    const std = 1.2 * Math.sqrt(part / 80);
    const { signal, gradient } = depth.sizes({ units: 80, depth: 6, std, bend });
    assert.equal(signal.length, 6);
    for (const end of [signal.at(-1), gradient[0]]) close(end / 1.2 ** 6, 1, 0.25);
    assert.ok(signal[0] < signal[5] && gradient[5] < gradient[0]);
  }
  close(depth.size([[3, 4], [0, 0]]), 2.5);
  const { value, slope: along } = depth.BENDS.tanh;
  close(along(0.4), slope(value, 0.4), 1e-8);
  assert.ok(depth.sizes({ units: 40, depth: 8, std: 1, bend: "tanh" }).signal.every((each) => each < 1));
});

test("the push on each score is the loss's slope with its sign turned", () => {
  const scores = [2, 1, -1, 0];
  for (const right of [0, 1, 2, 3]) {
    const pushed = softmax.push(scores, right);
    close(pushed.reduce((sum, each) => sum + each), 0);
    scores.forEach((score, k) => close(pushed[k], -slope((value) => softmax.loss(scores.with(k, value), right), score), 1e-6));
  }
  close(softmax.softmax([2, 1, -1])[0], Math.exp(2) / (Math.exp(2) + Math.exp(1) + Math.exp(-1)));
  close(softmax.softmax([1000, 999])[0], 1 / (1 + Math.exp(-1)));
});

test("a temperature sharpens or flattens, and keeps the order", () => {
  const logits = Object.values(next.LOGITS)[0];
  assert.equal(logits.length, next.ALPHABET.length);
  const [cold, plain, hot] = [0.5, 1, 2].map((temperature) => next.atTemperature(logits, temperature));
  for (const p of [cold, plain, hot]) close(p.reduce((sum, each) => sum + each), 1);
  assert.ok(next.entropy(cold) < next.entropy(plain) && next.entropy(plain) < next.entropy(hot));
  close(cold[3] / cold[7], (plain[3] / plain[7]) ** 2, 1e-6);
  close(next.entropy([0.5, 0.25, 0.25, 0]), 1.5);
  const best = next.mostProbable(logits, 3);
  assert.equal(best[0], plain.indexOf(Math.max(...plain)));
  assert.ok(hot[best[0]] > hot[best[1]] && hot[best[1]] > hot[best[2]]);
});

test("the trained LSTM answers with the last letter that was marked, however long ago", () => {
  const next = uniform(11);
  for (let count = 0; count < 300; count++) {
    const steps = Array.from({ length: 24 }, (_, t) => ({ letter: Math.floor(3 * next()), marked: t === 0 || next() < 0.125 }));
    const all = marked.run(steps, WEIGHTS);
    assert.equal(all.at(-1).answer, steps.findLast((step) => step.marked).letter);
  }
});

test("a step of the trained LSTM is what its gates say", () => {
  const steps = [{ letter: 1, marked: true }, { letter: 2, marked: false }];
  const [first, second] = marked.run(steps, WEIGHTS);
  const { W_x_l0: Wx, W_h_l0: Wh, b_l0: b } = WEIGHTS;
  const sum = (m) => Wx[2][m] + b[m] + first.h.reduce((total, value, k) => total + value * Wh[k][m], 0);
  close(second.f[1], gates.sigmoid(sum(3 + 1)), 1e-12);
  close(second.g[2], Math.tanh(sum(6 + 2)), 1e-12);
  close(first.i[0], gates.sigmoid(Wx[1][0] + Wx[3][0] + b[0]), 1e-12);
  const set = { i: second.i[0], f: second.f[0], g: second.g[0], o: second.o[0] };
  const { c, h } = gates.lstm(set, first.c[0]);
  close(second.c[0], c, 1e-12);
  close(second.h[0], h, 1e-12);
});

test("the trained attention answers with the value that was said of a name, and looks where the name is", () => {
  const next = uniform(17);
  const below = (count) => Math.floor(count * next());
  const there = [];
  for (let count = 0; count < 300; count++) {
    const said = new Map();
    const steps = Array.from({ length: 12 }, () => {
      const name = below(looking.NAMES.length);
      const value = said.has(name) ? -1 : below(looking.VALUES.length);
      if (value >= 0) said.set(name, value);
      return { name, value };
    });
    looking.run(steps, LOOKING[400]).forEach(({ looks, answer }, t) => {
      assert.equal(answer, said.get(steps[t].name));
      assert.equal(looks.length, t + 1);
      close(looks.reduce((sum, weight) => sum + weight), 1, 1e-12);
      const alike = looks.filter((_, u) => steps[u].name === steps[t].name);
      there.push(alike.reduce((sum, weight) => sum + weight));
    });
  }
  assert.ok(normalization.mean(there) > 0.9);
});

test("a step of attention looks as its query and the keys say, and answers what they bring", () => {
  const steps = looking.read("A2 B A");
  assert.deepEqual(steps, [{ name: 0, value: 1 }, { name: 1, value: -1 }, { name: 0, value: -1 }]);
  assert.equal(steps.map(looking.write).join(" "), "A2 B A");
  // One feature: a name's is 1 for A and 2 for B, a value's 3 k. Query, key and value are 1, 2 and 5 times it.
  const weights = {
    "into.W": [[1], [2], [0], [0], [0], [3], [6], [9], [12]], "into.b": [0.5],
    "attend.W_x": [[1, 2, 5]], "attend.b": [0, 0.1, 0], "attend.W_o": [[2]], "attend.b_o": [1],
    "out.W": [[1, 1, 1, 0]], "out.b": [0, 0.2, 0.1, 0],
  };
  const inputs = [7.5, 2.5, 1.5];
  const [, , { looks, answer }] = looking.run(steps, weights);
  assert.equal(answer, 1);
  const parts = inputs.map((x) => Math.exp(1.5 * (2 * x + 0.1)));
  const sum = parts.reduce((total, part) => total + part);
  looks.forEach((weight, u) => close(weight, parts[u] / sum, 1e-9));
  const mean = inputs.reduce((total, x, u) => total + (5 * x * parts[u]) / sum, 0);
  for (const [beside, wanted] of [[-1e-6, 1], [1e-6, 3]]) {
    weights["out.b"][3] = 2 * mean + 1 + 0.2 + beside;
    assert.equal(looking.run(steps, weights)[2].answer, wanted);
  }
});

test("each activation has the slope that differences give", () => {
  for (const { name, value, slope: along } of Object.values(BENDS)) {
    for (const x of [-2.3, -0.4, 0.7, 1.9]) assert.ok(Math.abs(along(x) - slope(value, x)) < 1e-6, `${name} at ${x}`);
  }
  assert.deepEqual([BENDS.relu.slope(0), BENDS.step.value(0), BENDS.softplus.value(800), BENDS.sigmoid.value(0)], [0, 0, 800, 0.5]);
});

test("a slice takes what NumPy takes, and steps through memory by its strides", () => {
  assert.deepEqual(slices.taken(14, 2, 9, 3), [2, 5, 8]);
  assert.deepEqual(slices.taken(14, 9, 9, 1), []);
  assert.deepEqual(slices.taken(5, 3, 14, 1), [3, 4]);
  const { rows, columns, strides } = slices.view(14, [2, 9], [3, 11], 2);
  const place = (i, j) => rows[i] * 14 + columns[j];
  assert.equal(place(2, 1) - place(1, 1), strides[0]);
  assert.equal(place(2, 2) - place(2, 1), strides[1]);
});

test("without decay the weights stop where they fit, with it they settle where both pulls balance", () => {
  const [a, b] = decay.walk(0, 400).at(-1);
  close(a, 4);
  close(b, -2);
  close(decay.other([a, b]), 2.6);
  for (const part of decay.walk(0.2, 2000).at(-1)) close(part, 2 / 2.2);
  assert.deepEqual(decay.walk(0.1, 0), [decay.START]);
});

test("attention's weights are a softmax of the scaled products, and its slope is a slope", () => {
  const query = [1.2, -0.7];
  const found = attention.weights(query);
  close(found.reduce((sum, weight) => sum + weight, 0), 1, 1e-12);
  const score = ([x, y]) => (query[0] * x + query[1] * y) / Math.sqrt(2);
  close(Math.log(found[0] / found[1]), score(attention.KEYS[0]) - score(attention.KEYS[1]), 1e-12);
  close(attention.answer([0, 0]), normalization.mean(attention.VALUES), 1e-12);
  for (const d of [0, 1]) {
    close(attention.slope(query)[d], slope((value) => attention.answer(query.map((old, e) => (e === d ? value : old))), query[d]));
  }
});

test("a product waits for its call, for memory or for the core, and blocks spare memory", () => {
  const machine = { peak: 100, bandwidth: 10, call: 1 };
  // 2 · 4³ operations; by blocks of 2: two blocks of 4 numbers for each of 8 products, and 16 results
  assert.deepEqual(roofline.work(4, 2, 8), { operations: 128, bytes: 8 * (8 * 8 + 16) });
  assert.deepEqual(roofline.work(4, 9, 8), { operations: 128, bytes: 8 * 3 * 16 });
  const said = (operations, bytes) => roofline.bound({ operations, bytes }, machine);
  assert.equal(said(50, 5).waits, "calls");
  assert.equal(said(50, 50).waits, "bytes");
  assert.equal(said(500, 40).waits, "operations");
  close(said(500, 40).rate, 500 / 6);
  close(said(500, 100).rate, 500 / 11);
  // Beside a call that is nothing, the rate is the roof.
  const { operations, bytes } = roofline.work(1024, 1024, 4);
  for (const { peak, bandwidth } of Object.values(roofline.MACHINES)) {
    close(roofline.bound({ operations, bytes }, { peak, bandwidth, call: 0 }).rate, Math.min(peak, (bandwidth * operations) / bytes));
  }
});

test("a boundary runs where values cross the level", () => {
  const cells = 4;
  const values = (value) => Array.from({ length: (cells + 1) ** 2 }, (_, k) => value(k % (cells + 1), Math.floor(k / (cells + 1))));
  const line = classifier.crossings(values((x, y) => x + 2 * y), cells, 5.5);
  assert.equal(line.length, 6);
  for (const [x, y] of line.flat()) close(x + 2 * y, 5.5);
  // Two pieces in a cell whose opposite corners are on one side, none where nothing is crossed.
  const saddle = classifier.crossings([1, 0, 0, 1], 1, 0.25);
  assert.deepEqual(saddle, [[[0.75, 0], [1, 0.25]], [[0.25, 1], [0, 0.75]]]);
  assert.deepEqual(classifier.crossings(values(() => 1), cells), []);
});

test("a claim is known by the gradient at its left", () => {
  assert.equal(gradientOf("\\frac{\\partial L}{\\partial x} &= \\frac{\\partial L}{\\partial y} W^\\top"), "x");
  assert.equal(gradientOf("\\frac{\\partial L}{\\partial b_m} = 0"), "b");
  assert.equal(gradientOf("y = \\frac{\\partial L}{\\partial x}"), undefined);
});
