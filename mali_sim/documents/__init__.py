"""Documents generated from a scenario: the model page by page, its sources, its causal loop diagram."""

from mali_sim.documents.write import DocumentProblem, Documents, differences, documents, write

__all__ = ["DocumentProblem", "Documents", "differences", "documents", "write"]
