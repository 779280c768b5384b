"""Runs the notebooks beside it and stores what they show, without times, so that equal results are equal files. Used by `make sample`."""

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
