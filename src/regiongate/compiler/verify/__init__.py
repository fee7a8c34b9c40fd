"""Verify: read a bundle's artifacts with other code than wrote them, and say what is wrong.

Nothing here imports the compiler's table or the writers of Envoy's configuration: a bundle is not
right because the function that made it says so again.
"""

from regiongate.compiler.verify.checks import examine, verify
from regiongate.compiler.verify.finding import Finding
from regiongate.compiler.verify.gate import OpenBundle

__all__ = ["Finding", "OpenBundle", "examine", "verify"]
