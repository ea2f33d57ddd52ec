# %% [markdown]
# # A run
#
# A notebook, with $x^2$ and \eqref{eq:gain-y}.

# %%
import numpy as np
from backprop.gain import gain_forward

y, cache = gain_forward(np.array([[1.0, 3.0], [4.0, 2.0]]), np.array([0.5, 2.0]))
print(y)

# %%
y.sum()
