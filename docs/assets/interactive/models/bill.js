// A bill as a graph of four operations: values forward, gradients backward.
export const GIVEN = { kilos: 2, kiloPrice: 3, rolls: 4, rollPrice: 0.5, tax: 1.25 };

export function forward({ kilos, kiloPrice, rolls, rollPrice, tax }) {
  const apples = kilos * kiloPrice;
  const bread = rolls * rollPrice;
  const sum = apples + bread;
  return { kilos, kiloPrice, rolls, rollPrice, tax, apples, bread, sum, bill: sum * tax };
}

// The gradients of the bill, in the order in which the nodes pay: each entry is a node and what its wires get.
export function backward(v) {
  const g = { bill: 1 };
  g.sum = g.bill * v.tax;
  g.tax = g.bill * v.sum;
  g.apples = g.sum;
  g.bread = g.sum;
  g.kilos = g.apples * v.kiloPrice;
  g.kiloPrice = g.apples * v.kilos;
  g.rolls = g.bread * v.rollPrice;
  g.rollPrice = g.bread * v.rolls;
  return g;
}

// What is on the wires after so many nodes have paid.
export const PAID = [["bill"], ["sum", "tax"], ["apples", "bread"], ["kilos", "kiloPrice"], ["rolls", "rollPrice"]];
