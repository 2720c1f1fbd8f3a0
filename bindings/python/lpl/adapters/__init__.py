# lpl/adapters/__init__.py - lpl inside other packages; each module imports its own, none is imported by lpl.
"""lpl inside other packages: ``lpl.adapters.sklearn``, ``lpl.adapters.torch``, ``lpl.adapters.brian2``. Each needs the
package that it is named after, and is imported by name alone."""
