"""mem0's memory, imported and nothing else."""

# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false

from mem0 import Memory

memory = Memory
