"""A contract for import-linter: rooms see of one another what their faces show.

pyproject.toml names it beside the other contracts; `lint-imports` checks them all.
"""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output


class FacesContract(Contract):
    """A file imports its own room's files, and of other rooms the faces alone.

    A room is a folder of the package, its face the room's `__init__`. A face imports
    its own files, so that a file which imports its own room's face closes a circle.
    """

    type_name = "faces"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Return whether all imports keep to this, and those that do not."""
        wrong = [
            (importer, imported, detail["line_number"])
            for importer in sorted(graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if past_the_face(graph, importer, imported)
            for detail in graph.get_import_details(importer=importer, imported=imported)
        ]
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each import that goes past a face."""
        for importer, imported, line in check.metadata["wrong"]:
            output.print_error(f"- {importer} (l. {line}) imports {imported}")


def past_the_face(graph: ImportGraph, importer: str, imported: str) -> bool:
    """Return whether an import reaches into another room, or out to its own face."""
    if importer.startswith(f"{imported}."):
        return graph.chain_exists(importer=imported, imported=importer)
    room, _, file = imported.rpartition(".")
    inside = importer == room or importer.startswith(f"{room}.")
    return bool(file) and room.count(".") == 1 and not inside
