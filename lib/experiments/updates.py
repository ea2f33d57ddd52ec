"""How many updates a training makes, which is how long a schedule is to last."""


def updates_in(epochs: int, samples: int, batch_size: int) -> int:
    """Counts the batches of all epochs; the last of each may be smaller.

    Examples:
        >>> updates_in(epochs=3, samples=250, batch_size=100)
        9
    """
    return epochs * -(-samples // batch_size)
