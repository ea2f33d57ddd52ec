# %% [markdown]
# # Gradient checking

# %%
import numpy as np

print(np.ones(3))
