from book.figures import figure, result, series


def draw():
    fig, ax = figure(height=2.6)
    loss = result("demo")["curve"]["loss"]
    ax.plot(range(1, len(loss) + 1), loss, color=series(0), label="training")
    ax.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
    ax.legend()
    return fig
