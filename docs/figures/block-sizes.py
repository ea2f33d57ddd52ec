"""What the size of a block does, to a convolution and to Adam."""

from book.figures import FAINT, MUTED, figure, marked, result


def draw():
    found = result("speed")
    curve, metrics = found["curve"], found["metrics"]
    fig, (left, right) = figure(5.6, 2.6, columns=2)
    left.plot(curve["block"], curve["block_rate"], **marked(0))
    left.set(title="convolution, forward", xlabel="images at a time", xscale="log", ylim=(0, None))
    left.set(ylabel="billion operations a second")
    megabytes = [4 * part / 1e6 for part in curve["part"]]
    right.plot(megabytes, curve["part_ms"], **marked(1))
    right.axhline(metrics["adam_bound_ms"], color=MUTED, linewidth=0.8)
    right.set(title="Adam", xlabel="MB of each array at a time", xscale="log")
    right.set(ylabel="milliseconds", ylim=(0, None))
    for ax in (left, right):
        ax.grid(color=FAINT)
        ax.set_axisbelow(True)
    return fig
