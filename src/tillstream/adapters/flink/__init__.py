"""A Flink cluster's REST API: what runs there, and what it is asked to do.

In: the address of a JobManager. Out: the states of its jobs, savepoints, watermarks.
See: https://nightlies.apache.org/flink/flink-docs-release-2.2/docs/ops/rest_api/.
"""

from tillstream.adapters.flink.rest import FlinkJob, FlinkRest, FlinkUnavailable

__all__ = ["FlinkJob", "FlinkRest", "FlinkUnavailable"]
