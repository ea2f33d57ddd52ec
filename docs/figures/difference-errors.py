"""The errors of a central difference and of the complex step for exp, against the step."""

import numpy as np

from book.figures import INK, figure, stroke

STEPS = np.logspace(-1, -15, 141)
X = 1.0


def draw():
    slope = np.exp(X)
    central = (np.exp(X + STEPS) - np.exp(X - STEPS)) / (2 * STEPS)
    imaginary = np.exp(X + 1j * STEPS).imag / STEPS
    fig, ax = figure(5.6, 2.9)
    for i, (name, found) in enumerate({"central": central, "complex step": imaginary}.items()):
        error = np.maximum(np.abs(found / slope - 1), 1e-16)
        ax.loglog(STEPS, error, **stroke(i), label=name)
    ax.text(3e-3, 1e-5, "the formula's error,\nfalls with h²", color=INK, fontsize=9, ha="left")
    ax.text(1e-10, 5e-3, "rounding,\nrises with 1/h", color=INK, fontsize=9, ha="right")
    ax.set(xlabel="step h", ylabel="relative error", xlim=(1e-1, 1e-15), ylim=(3e-17, 1))
    ax.legend(loc="lower right")
    return fig
