// What readers write in other words than the book.

// Both spellings of a word, whichever is written.
export const SPELLINGS = [
  [/iz(?=[aei])/, "is"],
  [/is(?=[aei])/, "iz"],
  [/yz(?=[ei])/, "ys"],
  [/our/, "or"],
  [/(?<=[a-z]{2})or/, "our"],
  [/cens(?=e)/, "cenc"],
  [/fens(?=e)/, "fenc"],
  [/l(?=ing|ed)/, "ll"],
  [/ll(?=ing|ed)/, "l"],
  [/er$/, "re"],
  [/gray/, "grey"],
];

// Words that a question has and an answer need not have.
export const PASSED_OVER = new Set(
  (
    "a an and are as at be been but by can could did do does exactly for from had has have how i if in into is it its me " +
    "my of on or should so than that the their them then there these they this to was we were what when where which " +
    "while who why will with would you your"
  ).split(" "),
);

// Terms of the field that stand for each other, as words with spaces between them; the first is the book's.
export const ALIKE = [
  ["backpropagation through time", "bptt"],
  ["learning rate", "lr", "step size"],
  ["batch normalisation", "batch normalization", "batchnorm", "batch norm", "bn"],
  ["layer normalisation", "layer normalization", "layernorm", "layer norm"],
  ["group norm", "group normalisation", "group normalization", "groupnorm"],
  ["he", "kaiming"],
  ["xavier", "glorot"],
  ["gradient descent", "sgd", "stochastic gradient descent"],
  ["recurrent", "rnn", "rnns", "vanilla rnn"],
  ["convolutional networks", "cnn", "cnns", "convnet", "convnets"],
  ["fully connected", "mlp", "dense layer", "multilayer perceptron", "feedforward"],
  ["cross entropy", "negative log likelihood", "nll", "log loss"],
  ["mean squared error", "mse", "l2 loss"],
  ["long short term memory", "lstm"],
  ["gated recurrent unit", "gru"],
  ["relu", "rectifier", "rectified linear unit"],
  ["skip connection", "residual connection", "shortcut"],
  ["gradient check", "gradient checking", "numerical gradient", "finite differences", "central differences"],
  ["weight decay", "l2 regularization", "l2 regularisation", "l2 penalty"],
  ["embedding", "word vector", "word vectors"],
  ["licence", "license"],
  ["backward pass", "backprop", "backward propagation"],
  ["overfitting", "overfit"],
  ["language model", "character model"],
  ["random search", "hyperparameter search"],
  ["positions", "positional encoding", "positional encodings", "positional embedding", "position encoding"],
  ["csi 300", "stock index", "stock market"],
];
