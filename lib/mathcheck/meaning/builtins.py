"""The functions and constants that need no row in a symbols table."""

import math

CONSTANTS = {"e": math.e, "\\mathrm{e}": math.e, "\\pi": math.pi, "\\infty": math.inf}

# What each is called in LaTeX, as a command without its backslash or as a name.
FUNCTIONS = {
    "exp": "exp",
    "log": "log",
    "ln": "log",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "arctan": "arctan",
    "arcsin": "arcsin",
    "arccos": "arccos",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "max": "max",
    "min": "min",
    "argmax": "argmax",
    "argmin": "argmin",
    "\\sigma": "sigmoid",
    "\\mathrm{sigmoid}": "sigmoid",
    "\\mathrm{abs}": "abs",
    "\\mathrm{round}": "round",
    "\\mathrm{floor}": "floor",
    "\\mathrm{ceil}": "ceil",
    "\\mathrm{sqrt}": "sqrt",
    "\\mathrm{erf}": "erf",
    "\\mathrm{gelu}": "gelu",
    "\\mathrm{GELU}": "gelu",
    "\\mathrm{softplus}": "softplus",
    "\\mathrm{Softplus}": "softplus",
    "\\mathrm{swish}": "swish",
    "\\mathrm{SiLU}": "swish",
    "\\mathrm{silu}": "swish",
    "\\mathrm{sign}": "sign",
    "\\mathrm{sgn}": "sign",
    "\\mathrm{relu}": "relu",
    "\\mathrm{ReLU}": "relu",
    "\\mathrm{softmax}": "softmax",
    "\\mathrm{diag}": "diag",
    "\\mathrm{tr}": "trace",
    "\\mathrm{sum}": "sum",
    "\\mathrm{mean}": "mean",
}

# Those that take a whole array, not its elements one by one.
COLLECTING = {"det", "softmax", "diag", "trace", "max", "min", "argmax", "argmin", "sum", "mean"}
