# Docstrings and lone expressions are evaluated and dropped.
"""This one belongs to the module and does nothing when the program runs."""
def documented(n):
    """Adds one.

    Its docstring does nothing.
    """
    return n + 1
def only_a_docstring():
    "nothing else here"
"a lone string"
42
documented
None
documented(1)
print(documented(2), only_a_docstring())
