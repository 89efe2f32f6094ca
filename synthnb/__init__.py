"""synthnb: governance of synthetic tabular data from inside Jupyter.

A small library plus templated notebooks: charter, generation, privacy impact assessment, fairness
audit, utility and lineage, judged against a written policy and released as signed datasheets.
"""

__version__ = "0.1.0"
