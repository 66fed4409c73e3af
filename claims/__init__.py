"""Claims of this project: a module a system, the models that they are checked on, and what ties
them to Lean.
"""
