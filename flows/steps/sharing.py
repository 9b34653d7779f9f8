"""Who shares the work of a run, by the installation's settings."""

from collections.abc import Iterator
from contextlib import contextmanager

from flows.edges.cluster import cluster
from flows.edges.processes import processes
from flows.edges.workers import Workers, WorkersAt
from flows.progress import Progress
from flows.stages.extraction.extract import PROGRAM


@contextmanager
def workers_at(place: WorkersAt) -> Iterator[Workers]:
    """Those that share the work during the block. If a cluster is lost, a line on standard error
    says so, and processes of this machine do the rest. Raises ConfigError, WorkersError.
    """
    if place.scheduler:
        with cluster(place.scheduler, PROGRAM, Progress().complain) as found:
            yield found
    else:
        with processes(place.processes) as local:
            yield local
