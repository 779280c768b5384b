"""Pictures in a fresh kernel, in which matplotlib is not set up."""

import nbformat
from nbclient import NotebookClient


def test_a_fresh_notebook_shows_every_picture_once(results):
    cells = [
        f"from sim import Results; results = Results.open({str(results.path)!r})",
        "results.plot_tradeoff()",
        'results.plot_weekly("people_armed_vraem", "static 30 %")',
        'import sys; "matplotlib.pyplot" in sys.modules',
        "%matplotlib inline",
        "results.plot_tradeoff()",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    where = {"metadata": {"path": str(results.path)}}
    NotebookClient(notebook, kernel_name="python3", resources=where).execute()
    shown = [[output.get("data", {}) for output in cell.outputs] for cell in notebook.cells]
    for cell, data in zip(cells, shown, strict=True):
        if "plot_" in cell:
            assert [set(each) >= {"image/png", "text/plain"} for each in data] == [True], cell
    assert shown[-3] == [{"text/plain": "False"}]
