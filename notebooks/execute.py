"""Run the notebooks of this folder and store their output, for `make sample`.

Times of execution are left out, so that equal results give equal files.
"""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent

for file in sorted(HERE.glob("*.ipynb")):
    notebook = nbformat.read(file, as_version=4)
    NotebookClient(
        notebook, record_timing=False, resources={"metadata": {"path": str(HERE)}}
    ).execute()
    notebook.metadata = {
        "kernelspec": notebook.metadata["kernelspec"],
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {}
    nbformat.write(notebook, file)
    print(file.name)
