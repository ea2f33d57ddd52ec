"""The learning rate over a hundred steps on four schedules, as a share of its largest value."""

from backprop import cosine_decay, exponential_decay, step_decay, warmup
from book.figures import figure, legend_below, stroke

STEPS = 100
KINDS = {
    "cosine": cosine_decay(1.0, STEPS),
    "by a factor now and then": step_decay(1.0, 34, 0.3),
    "by a factor each step": exponential_decay(1.0, 0.96),
    "warm-up, then cosine": warmup(10, then=cosine_decay(1.0, STEPS - 10)),
}


def draw():
    fig, ax = figure(5.6, 2.4)
    for i, (name, schedule) in enumerate(KINDS.items()):
        ax.plot([schedule(step) for step in range(STEPS)], **stroke(i), label=name)
    ax.set(xlabel="step", ylabel="share of the rate", ylim=(0, 1.05))
    legend_below(fig, *ax.get_legend_handles_labels(), columns=2)
    return fig
