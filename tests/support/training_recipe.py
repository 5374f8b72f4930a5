"""Trainings of seconds, on made-up faces."""

from __future__ import annotations

RECIPE = """
name = "toy"
trained_on = "made-up faces"
licence = "none"
best = "accuracy"
prior = "training"
precision = "float32"
seed = 1

[data]
kind = "ferplus"
train = "train.npz"
valid = "valid.npz"

[network]
architecture = "test_resnet"
start = "random"
input_size = 32
colour = "grey"
mean = [0.4]
std = [0.25]
crop = "square"

[[stages]]
train = "head"
epochs = 2
batch_size = 16
learning_rate = 1e-3
schedule = "constant"
optimiser = "adam"
sam_rho = 0.05
targets = "labels"
class_weights = 1.0

[[stages]]
train = "all"
epochs = 3
batch_size = 16
learning_rate = 5e-3
schedule = "one-cycle"
optimiser = "adamw"
weight_decay = 0.05
sam_rho = 0.05
targets = "votes"
class_weights = 0.5
averaging = 0.9

[[stages]]
train = "all"
epochs = 2
batch_size = 16
learning_rate = 2e-3
schedule = "constant"
optimiser = "adamw"
targets = "labels"
class_weights = 0.0

[augment]
shift = 0.02
noise = 0.5
"""

# Heads of attributes, on the network that ships.
ATTRIBUTES = """
kind = "attributes"
name = "toy-attributes"
trained_on = "made-up faces"
licence = "none"
start = "ferplus-small"
hidden = 16
variants = 2
seed = 1

[data]
kind = "utkface"
valid_share = 0.3

[age]
levels = 100
most_probable = 2

[gender]
threshold = 0.6

[ethnicity]
class_weights = 1.0

[training]
epochs = 12
batch_size = 8
learning_rate = 2e-2
schedule = "one-cycle"
optimiser = "adamw"

[augment]
mirror = false
noise = 0.2
"""
