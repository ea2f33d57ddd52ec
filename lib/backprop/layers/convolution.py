"""Convolution and transposed convolution, which keep their kernels and biases."""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import DTypeLike

from backprop.fast.convolution import conv2d_backward, conv2d_forward
from backprop.grouped import grouped_conv2d_backward, grouped_conv2d_forward
from backprop.initializers import he_normal, zeros
from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.scalars import pair
from backprop.shapes import Array, shapes
from backprop.transposed import conv_transpose2d_backward, conv_transpose2d_forward
from backprop.windows import Pair


class Conv2d(Layer):
    """K kernels `W` over images of C channels, with biases `b`.

    Args:
        C: channels of the input.
        K: channels of the output.
        kernel: height and width of the kernels.
        stride: how far a kernel moves from one output to the next.
        padding: how many zeros are put around the images; or `"same"`, for as many as keep their
            size, which takes a stride of 1. Where their number is odd, as with a kernel of 2, the
            zero left over stands below and to the right, as in PyTorch.
        dilation: how far the taps of a kernel lie apart.
        groups: into how many parts the channels are cut, each seen by its own share of the kernels
            alone.
        rng: draws the initial weights.
        init: an initialiser, called as `init((K, C / groups, P, Q), rng, dtype=dtype)`; the biases
            start at 0.
        bias: whether there are biases; before a batch norm, say, they would do nothing.
        dtype: the precision of the parameters, which the input must share.
        input_gradient: whether `backward` computes dx. A network's first layer can do without, and
            saves half of the work; dx is NaN then. With groups it is computed anyway.

    Raises:
        TypeError: a size is no integer, rng is no generator, dtype is neither float32 nor float64.
        ValueError: a size is too small; padding is `"same"` and a stride is not 1; groups do not
            divide C or K.

    Examples:
        >>> layer = Conv2d(3, 8, 5, padding="same", rng=np.random.default_rng(0))
        >>> layer(np.zeros((2, 3, 28, 28))).shape
        (2, 8, 28, 28)
    """

    @shapes(C="count", K="count", groups="count", rng="rng", dtype="dtype")
    def __init__(
        self,
        C: int,
        K: int,
        kernel: Pair,
        *,
        stride: Pair = 1,
        padding: Pair | Literal["same"] = 0,
        dilation: Pair = 1,
        groups: int = 1,
        rng: np.random.Generator,
        init: Callable[..., Array] = he_normal,
        bias: bool = True,
        dtype: DTypeLike = np.float64,
        input_gradient: bool = True,
    ) -> None:
        if C % groups or K % groups:
            raise ValueError(f"groups is {groups}, which does not divide C = {C} and K = {K}")
        P, Q = pair("kernel", kernel, 1)
        strides = pair("stride", stride, 1)
        dilations = pair("dilation", dilation, 1)
        self._more = 0, 0  # rows below and columns to the right, beyond what is padded all round
        if isinstance(padding, str):
            if padding != "same":
                raise ValueError(f"padding is {padding!r}, wanted integers or 'same'")
            if strides != (1, 1):
                raise ValueError(f"stride is {stride}, wanted 1 with padding 'same'")
            rows, columns = dilations[0] * (P - 1), dilations[1] * (Q - 1)
            padding, self._more = (rows // 2, columns // 2), (rows % 2, columns % 2)
        self.options = {
            "stride": strides,
            "padding": pair("padding", padding, 0),
            "dilation": dilations,
        }
        self._groups = groups
        self._b = zeros((K,), dtype)
        params = {"W": init((K, C // groups, P, Q), rng, dtype=dtype)}
        super().__init__(params | {"b": self._b} if bias else params)
        self._input_gradient = input_gradient

    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps x, (N, C, H, W), to y, (N, K, U, V)."""
        if any(self._more) and np.ndim(x) == 4:  # anything else is refused below
            x = np.pad(x, ((0, 0), (0, 0), (0, self._more[0]), (0, self._more[1])))
        b = self.params.get("b", self._b)
        W, groups = self.params["W"], self._groups
        if groups > 1:
            y, self._cache = grouped_conv2d_forward(x, W, b, groups=groups, **self.options)
        else:
            y, self._cache = conv2d_forward(x, W, b, **self.options)
        return y

    def backward(self, dy: Array) -> Array:
        """Maps dy, (N, K, U, V), to dx, (N, C, H, W)."""
        cache = self._remembered()
        if self._groups > 1:
            dx, dW, db = grouped_conv2d_backward(dy, cache)
        else:
            dx, dW, db = conv2d_backward(dy, cache, input_gradient=self._input_gradient)
        self._grads = {"W": dW, "b": db} if "b" in self.params else {"W": dW}
        H, W = dx.shape[2] - self._more[0], dx.shape[3] - self._more[1]
        return dx[:, :, :H, :W]


class ConvTranspose2d(Layer):
    """Makes C large maps of K small ones, with K kernels `W` and biases `b`.

    Args:
        K: channels of the input.
        C: channels of the output.
        kernel: height and width of the kernels.
        stride: how far the kernels lie apart in the output.
        padding: how many rows and columns are cut off around the output.
        rng: draws the initial weights.
        init: an initialiser, called as `init((K, C, P, Q), rng, dtype=dtype)`; the biases start
            at 0.
        dtype: the precision of the parameters, which the input must share.

    Raises:
        TypeError: a size is no integer, rng is no generator, dtype is neither float32 nor float64.
        ValueError: a size is too small.

    Examples:
        >>> layer = ConvTranspose2d(8, 3, 4, stride=2, padding=1, rng=np.random.default_rng(0))
        >>> layer(np.zeros((2, 8, 14, 14))).shape
        (2, 3, 28, 28)
    """

    @shapes(K="count", C="count", rng="rng", dtype="dtype")
    def __init__(
        self,
        K: int,
        C: int,
        kernel: Pair,
        *,
        stride: Pair = 1,
        padding: Pair = 0,
        rng: np.random.Generator,
        init: Callable[..., Array] = he_normal,
        dtype: DTypeLike = np.float64,
    ) -> None:
        P, Q = pair("kernel", kernel, 1)
        self.options = {
            "stride": pair("stride", stride, 1),
            "padding": pair("padding", padding, 0),
        }
        super().__init__({"W": init((K, C, P, Q), rng, dtype=dtype), "b": zeros((C,), dtype)})

    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps x, (N, K, U, V), to y, (N, C, H, W)."""
        y, self._cache = conv_transpose2d_forward(
            x, self.params["W"], self.params["b"], **self.options
        )
        return y

    def backward(self, dy: Array) -> Array:
        """Maps dy, (N, C, H, W), to dx, (N, K, U, V)."""
        dx, dW, db = conv_transpose2d_backward(dy, self._remembered())
        self._grads = {"W": dW, "b": db}
        return dx
