"""Inputs for the recurrent networks: lengths all different, initial states and biases not 0."""

import numpy as np

T, N, D, H = 6, 4, 3, 5
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
SUFFIXES = ("l0", "l0_reverse", "l1", "l1_reverse")


def _sequences(rng):
    return {
        "x": rng.standard_normal((T, N, D)),
        "lengths": np.array([6, 2, 5, 1]),
    }


def _weights(rng, gates):
    return {
        "W_x": rng.standard_normal((D, gates * H)),
        "W_h": rng.standard_normal((H, gates * H)),
        "b": rng.standard_normal(gates * H),
    }


def rnn(rng):
    return {
        **_sequences(rng),
        "h0": rng.standard_normal((N, H)),
        **_weights(rng, 1),
        "dh": rng.standard_normal((T, N, H)),
    }


def lstm(rng):
    return {
        **_sequences(rng),
        "h0": rng.standard_normal((N, H)),
        "c0": rng.standard_normal((N, H)),
        **_weights(rng, 4),
        "dh": rng.standard_normal((T, N, H)),
        "dc": rng.standard_normal((N, H)),
    }


def gru(rng):
    return {
        **_sequences(rng),
        "h0": rng.standard_normal((N, H)),
        **_weights(rng, 3),
        "b_hn": rng.standard_normal(H),
        "dh": rng.standard_normal((T, N, H)),
    }


def gru_reset_before(rng):
    drawn = gru(rng)
    del drawn["b_hn"]
    return drawn


def recurrent_layers(rng):
    drawn = _sequences(rng)
    drawn |= {name: rng.standard_normal((4, N, H)) for name in ("h0", "c0")}
    drawn["dy"] = rng.standard_normal((T, N, 2 * H))
    for kind, gates in GATES.items():
        for suffix in SUFFIXES:
            features = D if "l0" in suffix else 2 * H
            drawn |= {
                f"{kind}.weight_ih_{suffix}": 0.5 * rng.standard_normal((gates * H, features)),
                f"{kind}.weight_hh_{suffix}": 0.5 * rng.standard_normal((gates * H, H)),
                f"{kind}.bias_ih_{suffix}": rng.standard_normal(gates * H),
                f"{kind}.bias_hh_{suffix}": rng.standard_normal(gates * H),
            }
    return drawn


def embedding(rng):
    return {
        "tokens": rng.integers(0, 7, (T, N)),
        "W": rng.standard_normal((7, D)),
        "dy": rng.standard_normal((T, N, D)),
    }


def clipping(rng):
    return {
        "W": rng.standard_normal((D, H)),
        "b": rng.standard_normal(H),
        "max_norm": np.array(rng.uniform(0.5, 2)),
    }


MAKERS = {
    "rnn": rnn,
    "lstm": lstm,
    "gru": gru,
    "gru_reset_before": gru_reset_before,
    "recurrent_layers": recurrent_layers,
    "embedding": embedding,
    "clipping": clipping,
}
