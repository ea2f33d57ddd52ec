"""The functions of the chapters as layers that keep their parameters, and networks of them."""

from backprop.layers.activations import (
    GELU,
    Activation,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    Softmax,
    Softplus,
    Tanh,
)
from backprop.layers.attention import CrossAttention, MultiHeadAttention, Positions
from backprop.layers.concatenate import Concatenate
from backprop.layers.convolution import Conv2d, ConvTranspose2d
from backprop.layers.dropout import Dropout
from backprop.layers.flatten import Flatten
from backprop.layers.layer import Layer
from backprop.layers.linear import Linear
from backprop.layers.normalization import (
    BatchNorm,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    RMSNorm,
)
from backprop.layers.pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from backprop.layers.recurrent import GRU, LSTM, RNN
from backprop.layers.residual import Residual
from backprop.layers.sequences import Embedding, LastStep, TimeFirst
from backprop.layers.sequential import Sequential

__all__ = [
    "GELU",
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "AvgPool2d",
    "BatchNorm",
    "Concatenate",
    "Conv2d",
    "ConvTranspose2d",
    "CrossAttention",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAvgPool2d",
    "GroupNorm",
    "Identity",
    "InstanceNorm",
    "LastStep",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "MultiHeadAttention",
    "Positions",
    "RMSNorm",
    "ReLU",
    "Residual",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "TimeFirst",
]
