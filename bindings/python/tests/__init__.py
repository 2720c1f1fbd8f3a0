# tests/__init__.py - makes `from support import ...` work both with and without -t (unittest discover).
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
