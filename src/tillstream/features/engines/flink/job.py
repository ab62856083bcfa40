"""Sends jobs to their cluster, live features too: `python -m tillstream.features.engines.flink.job JSON…`."""

import sys

from tillstream.data.streaming.flink.job import PARTS, in_tables, submit_all
from tillstream.data.streaming.flink.job_settings import FEATURES
from tillstream.features.engines.flink.live_tiles import add_features

if __name__ == "__main__":
    submit_all(sys.argv[1:], {**PARTS, FEATURES: in_tables(add_features)})
