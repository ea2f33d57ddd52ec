"""Training: the loop, evaluation, and runs that go on where they stopped."""

from backprop.training.adversarial import discriminator_gradients, generator_gradients
from backprop.training.checkpoint import History, Run, load_checkpoint, save_checkpoint
from backprop.training.evaluation import Score, accuracy, evaluate, predict
from backprop.training.loop import TrainingInterrupted, train
from backprop.training.loss import CROSS_ENTROPY, MEAN_SQUARED_ERROR, SIGMOID_CROSS_ENTROPY, Loss
from backprop.training.memory import keep_freed_memory
from backprop.training.optimizers import (
    NAG,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Group,
    Momentum,
    Optimizer,
    RMSprop,
    biases_and_gains,
)

__all__ = [
    "CROSS_ENTROPY",
    "MEAN_SQUARED_ERROR",
    "NAG",
    "SGD",
    "SIGMOID_CROSS_ENTROPY",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Group",
    "History",
    "Loss",
    "Momentum",
    "Optimizer",
    "RMSprop",
    "Run",
    "Score",
    "TrainingInterrupted",
    "accuracy",
    "biases_and_gains",
    "discriminator_gradients",
    "evaluate",
    "generator_gradients",
    "keep_freed_memory",
    "load_checkpoint",
    "predict",
    "save_checkpoint",
    "train",
]
