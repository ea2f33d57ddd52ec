# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Gradient checking
#
# You derived a gradient on paper and typed it in. Is it right?
# Training will not tell you: with a wrong gradient a network often
# learns as well, only worse. But there is a second way to find a
# derivative, which needs no derivation. Move the input a little and
# look at what the output does. It is far too slow to train with, and
# just right for checking.
#
# In this notebook you find out how far to move, which numbers to
# trust, three ways in which a check can say *yes* to a wrong
# gradient, and one in which it says *no* to a right one.

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib_inline.backend_inline import set_matplotlib_formats

from backprop.activations import (
    relu_backward,
    relu_forward,
    softmax_backward,
    softmax_forward,
)
from backprop.gradcheck import (
    check_gradients,
    complex_step_gradient,
    numerical_gradient,
)
from backprop.linear import linear_backward, linear_forward

# Figures as SVG, the same bytes in every run, in greys and colours
# that suit light and dark pages.
set_matplotlib_formats("svg", metadata={"Date": None})
GREY, BLUE, RED, GREEN = "#808080", "#3987d8", "#dd5a28", "#2f9e6e"
plt.rcParams.update(
    {
        "svg.hashsalt": "gradient-checking",
        "figure.figsize": (6, 3.4),
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.transparent": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "legend.frameon": False,
    }
)
for part in ("text.", "axes.label", "axes.edge", "xtick.", "ytick."):
    plt.rcParams[f"{part}color"] = GREY

rng = np.random.default_rng(0)

# %% [markdown]
# ## One number in, one number out
#
# Take a function whose derivative you know, so that you can see
# every error. By the product rule,
#
# $$f(x) := e^{x} \sin x, \qquad f'(x) = e^{x} (\sin x + \cos x).$$
#
# | Symbol | Code | Shape | Meaning |
# |---|---|---|---|
# | $x$ | `x0` | scalar | where the slope is taken |
# | $f$ | `f` | function | what it is the slope of |


# %%
def f(x):
    return np.exp(x) * np.sin(x)


def slope(x):
    return np.exp(x) * (np.sin(x) + np.cos(x))


x0 = 1.0
print(f"f'(1) = {slope(x0):.15f}")

# %% [markdown]
# The derivative is the limit of $\frac{f(x + h) - f(x)}{h}$. A
# computer takes no limits, so choose a small $h$. Or move to both
# sides and take the *central* difference,
# $\frac{f(x + h) - f(x - h)}{2h}$:

# %%
h = 1e-4
forward_difference = (f(x0 + h) - f(x0)) / h
central_difference = (f(x0 + h) - f(x0 - h)) / (2 * h)
for name, value in {
    "forward": forward_difference,
    "central": central_difference,
}.items():
    print(f"{name}: {value:.15f}   error {value - slope(x0): .1e}")

# %% [markdown]
# Central is more than ten thousand times better, for the price of
# one more evaluation of $f$. Taylor's series says why:
#
# $$f(x \pm h) = f(x) \pm h f'(x) + \tfrac{1}{2} h^2 f''(x) \pm \tfrac{1}{6} h^3 f'''(x) + \dots$$
# <!-- unchecked: a series of which the dots leave out the rest -->
#
# In the forward difference, the term with $f''$ stays, divided by
# $h$: an error of about $\tfrac12 h f''$. In the central difference,
# the terms with even powers are the same on both sides and cancel.
# What stays is about $\tfrac16 h^2 f'''$.
#
# ## How small should the step be?
#
# By these formulas, the smaller the better. Try all sizes.

# %% alt="Relative error against the step, both on logarithmic scales: forward and central differences fall with the step, then rise again"
steps = np.logspace(-1, -15, 141)
forward_error = np.abs(
    (f(x0 + steps) - f(x0)) / steps / slope(x0) - 1
)
central_error = np.abs(
    (f(x0 + steps) - f(x0 - steps)) / (2 * steps) / slope(x0) - 1
)

fig, ax = plt.subplots()
ax.loglog(steps, forward_error, color=BLUE, label="forward")
ax.loglog(steps, central_error, color=RED, label="central")
ax.set(xlabel="step h", ylabel="relative error", xlim=(1e-1, 1e-15))
ax.legend()
plt.show()

# %% [markdown]
# From the left, the error falls as the formulas say: by 10 for each
# factor of 10 in $h$ for the forward difference, by 100 for the
# central one. Then it turns round, and goes up.
#
# What goes up is *rounding*. A float64 holds about 16 digits, so
# $f(x + h)$ is known to about $10^{-16}$ of its size. The difference
# of two such numbers has an error of about $10^{-16}$ too, however
# small the difference is; then you divide by $h$. The smaller $h$,
# the worse.
#
# The best step is where both errors are alike. For the central
# difference, $h^2 = 10^{-16} / h$, so $h$ is about $10^{-5}$, which
# leaves ten or eleven good digits:

# %%
for name, error in {
    "forward": forward_error,
    "central": central_error,
}.items():
    best = steps[error.argmin()]
    print(f"best {name}: h = {best:.0e}, error {error.min():.0e}")

# %% [markdown]
# In **float32** there are only seven digits, and the same trade-off
# leaves about four of them. That is not enough to tell a rounding
# error from a small mistake. So check in float64, even if you train
# in float32.

# %%
x32 = np.linspace(0.5, 1.5, 101, dtype=np.float32)
for h in np.float32([1e-1, 1e-2, 1e-3, 1e-5]):
    error32 = np.abs(
        (f(x32 + h) - f(x32 - h)) / (2 * h) / slope(x32) - 1
    )
    print(f"float32, h = {h:.0e}: worst error {error32.max():.0e}")

# %% [markdown]
# ## The complex step
#
# The trouble is the subtraction. There is a way without one. Put an
# *imaginary* step into Taylor's series:
#
# $$f(x + ih) = f(x) + i h f'(x) - \tfrac{1}{2} h^2 f''(x) - \dots$$
# <!-- unchecked: complex numbers, and dots that leave out the rest -->
#
# The imaginary part is $h f'(x)$ and nothing near it in size. So
# $f'(x) = \mathrm{Im} f(x + ih) / h$, with nothing subtracted, and
# $h$ may be as small as you like. With $h = 10^{-30}$ the next term
# is $10^{-60}$ of the first.

# %% alt="The same plot with the complex step, whose error falls to the rounding of the numbers and stays there"
complex_error = np.abs(
    f(x0 + 1j * steps).imag / steps / slope(x0) - 1
)
tiny = f(x0 + 1e-30j).imag / 1e-30
print(f"h = 1e-30: {tiny:.15f}   error {tiny - slope(x0): .1e}")

fig, ax = plt.subplots()
ax.loglog(steps, forward_error, color=BLUE, label="forward")
ax.loglog(steps, central_error, color=RED, label="central")
ax.loglog(
    steps,
    np.maximum(complex_error, 1e-16),
    color=GREEN,
    label="complex step",
)
ax.set(xlabel="step h", ylabel="relative error", xlim=(1e-1, 1e-15))
ax.legend()
plt.show()

# %% [markdown]
# It is exact to rounding. The equations of this book are checked
# that way. The price: the function must make sense for complex
# numbers. A polynomial, `exp`, `log`, `tanh`, a matrix product do.
# An absolute value does not, for it throws the imaginary part away:

# %%
try:
    complex_step_gradient(
        lambda x: np.abs(x).sum(), np.array([1.0, -2.0])
    )
except TypeError as error:
    print(error)

# %% [markdown]
# ## A layer has many outputs
#
# A gradient belongs to *one* number, and a layer gives many. So make
# one number of them: multiply each output by a number of your own
# and add up, $S = \sum R \odot y$. The gradient of $S$ for $y$ is
# $R$. Hand $R$ to `backward` as if it came from the rest of a
# network, and compare what it returns with the numerical gradient of
# $S$. The array $R$ is called the *cotangent*.

# %%
x, W, b = (
    rng.normal(size=(4, 3)),
    rng.normal(size=(3, 2)),
    rng.normal(size=2),
)
y, cache = linear_forward(x, W, b)
R = rng.normal(size=y.shape)

dx, dW, db = linear_backward(R, cache)
numerical_dW = numerical_gradient(
    lambda W: (linear_forward(x, W, b)[0] * R).sum(), W
)
print("backward\n", dW)
print("numerical\n", numerical_dW)
print(f"largest difference {np.abs(dW - numerical_dW).max():.0e}")

# %% [markdown]
# `check_gradients` does this for each argument. It reports the worst
# *relative* error, since 0.001 is a lot if the gradient is 0.002,
# and nothing if it is 5,000; and it says where.

# %%
print(
    check_gradients(
        linear_forward, linear_backward, rng=rng, x=x, W=W, b=b
    )
)

# %% [markdown]
# What is small enough? In float64, with central differences, right
# gradients come out below $10^{-7}$, mostly far below. A mistake
# shows as something like 0.1 or 1. If you see $10^{-4}$, do not
# shrug: look for a kink (see below), or for a mistake in a small
# term.
#
# ## First trap: a cotangent of ones
#
# It is tempting to take $R = 1$ and differentiate `y.sum()`. Here is
# a backward pass for softmax that is wrong from end to end. It
# forgets the probabilities:


# %%
def wrong_softmax_backward(dy, cache):
    return dy - dy.mean(axis=1, keepdims=True)


z = rng.normal(size=(4, 3))
y, cache = softmax_forward(z)
for name, cotangent in {
    "ones": np.ones_like(y),
    "random": rng.normal(size=y.shape),
}.items():
    numerical = numerical_gradient(
        lambda z, R=cotangent: (softmax_forward(z)[0] * R).sum(), z
    )
    right = np.abs(
        softmax_backward(cotangent, cache) - numerical
    ).max()
    wrong = np.abs(
        wrong_softmax_backward(cotangent, cache) - numerical
    ).max()
    print(
        f"{name}: right is off by {right:.0e}, wrong by {wrong:.0e}"
    )

# %% [markdown]
# With ones, right and wrong look alike. The probabilities of a
# sample add up to 1 whatever the scores are, so `y.sum()` is
# constant, its gradient is 0, and every backward that turns ones
# into zeros passes. The same happens behind anything that
# *normalises*: subtract the mean, and the sum is 0 whatever goes in.
# A random cotangent has no such blind spot.
#
# `check_gradients` draws it at random. And it refuses a check in
# which a gradient is 0 everywhere:


# %%
def centre_forward(x):
    """Subtracts each feature's mean over the batch."""
    return x - x.mean(axis=0), None


def centre_backward(dy, cache):
    return dy - dy.mean(axis=0)


print(
    check_gradients(
        centre_forward,
        centre_backward,
        rng=rng,
        x=rng.normal(size=(4, 3)),
    )
)

# %% [markdown]
# ## Second trap: a batch of one
#
# With one sample, its mean is the sample itself. The output is 0,
# the gradient is 0, and there is nothing to compare:

# %%
try:
    check_gradients(
        centre_forward,
        centre_backward,
        rng=rng,
        x=rng.normal(size=(1, 3)),
    )
except ValueError as error:
    print(error)

# %% [markdown]
# A batch of one hides gentler mistakes too: a sum over samples that
# is missing, an average that should have been a sum. This backward
# divides by the batch size, and should not:


# %%
def averaging_backward(dy, cache):
    dx, dW, db = linear_backward(dy, cache)
    return dx, dW / len(dy), db / len(dy)


for batch in (1, 4):
    report = check_gradients(
        linear_forward,
        averaging_backward,
        rng=rng,
        x=x[:batch],
        W=W,
        b=b,
    )
    print(f"batch of {batch}: error in dW {report['W']:.0e}")

# %% [markdown]
# For the same reason let all sizes differ, so that a swapped axis
# cannot fit, and let nothing be 0 or 1 that could be another number:
# biases that are 0 hide a bias that was forgotten.
#
# ## Third trap: kinks
#
# ReLU has a corner at 0. If a central difference has one foot on
# each side of it, it returns a slope between 0 and 1 that is no
# slope of ReLU at all. The check then accuses a gradient that is
# right:

# %%
near = np.array([[-0.3, 2e-6, 1.2]])
print(check_gradients(relu_forward, relu_backward, rng=rng, x=near))
print(
    check_gradients(
        relu_forward, relu_backward, rng=rng, x=near, eps=1e-7
    )
)

# %% [markdown]
# The first check stepped over the corner, the second did not. You
# have seen what a smaller step costs; it is better to keep the
# inputs away from the corner. For a whole network of ReLUs you
# cannot; expect that with many units one of them sits near its
# corner, and look where the report points.
#
# ## Fourth trap: both are wrong
#
# A gradient check compares `backward` with `forward`. If you
# programmed the wrong function and differentiated it rightly,
# everything agrees:


# %%
def wrong_softmax_forward(x):
    e = np.exp(x)
    y = e / e.sum(axis=0)  # down the columns: the samples compete
    return y, (y,)


def its_backward(dy, cache):
    (y,) = cache
    return y * (dy - (dy * y).sum(axis=0))


report = check_gradients(
    wrong_softmax_forward, its_backward, rng=rng, x=z
)
y, _ = wrong_softmax_forward(z)
print(f"error {report['x']:.0e}, but the rows add up to")
print(y.sum(axis=1))

# %% [markdown]
# So a gradient check is not enough. The functions of this book are
# compared with three more things: the equations of the text, which
# are evaluated on their own; PyTorch; and values computed by hand.
#
# ## To take away
#
# - Central differences, float64, a step of about $10^{-5}$; the
#   complex step where the function allows.
# - A random cotangent, more than one sample, sizes that all differ,
#   nothing 0 or 1.
# - Relative errors; below $10^{-7}$ is right, $10^{-4}$ is a
#   question, 0.1 is a mistake.
# - Away from kinks.
# - A check that cannot fail is worse than none. Break the gradient
#   on purpose, once, and see it fail.
#
# ## Try it
#
# 1. Break `linear_backward` in five ways, one at a time: drop a
#    transpose, flip a sign, forget the sum in `db`. Does the check
#    see all of them? Does it still, if `x` and `W` are square?
# 2. A difference with four evaluations,
#    $\frac{-f(x + 2h) + 8 f(x + h) - 8 f(x - h) + f(x - 2h)}{12 h}$,
#    has an error of the order $h^4$. Add it to the first figure.
#    Which step is best for it, and why is it larger?
# 3. The cost: how many forward passes does `check_gradients` take
#    for a layer with 784 inputs and 100 outputs? How could you check
#    a random *direction* of all weights with two?
