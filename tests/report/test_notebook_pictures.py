"""Pictures in a fresh kernel, in which matplotlib is not set up."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

SAMPLE = Path(__file__).parents[2] / "results" / "sample"
CELLS = [
    f"from sim import Results; results = Results.open({str(SAMPLE)!r})",
    "results.plot_tradeoff()",
    'results.plot_weekly("vacuum_vraem", "surge-and-return")',
    'import sys; "matplotlib.pyplot" in sys.modules',
    "%matplotlib inline",
    "results.plot_tradeoff()",
]


def test_a_fresh_notebook_shows_every_picture_once():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": str(SAMPLE)}}
    ).execute()
    shown = [[output.get("data", {}) for output in cell.outputs] for cell in notebook.cells]
    for cell, data in zip(CELLS, shown, strict=True):
        if "plot_" in cell:
            assert [set(each) >= {"image/png", "text/plain"} for each in data] == [True], cell
    assert shown[-3] == [{"text/plain": "False"}]
